export { createEngines } from "./engines.ts";
export { createK6Engine, type K6Deps } from "./k6/engine.ts";
export { K6_RANGE } from "./k6/binary.ts";
export { createLocustEngine, type LocustDeps } from "./locust/engine.ts";
