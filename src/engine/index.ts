export { createK6Engine, type K6Deps } from "./k6/engine.ts";
export { K6_RANGE } from "./k6/binary.ts";
