export { prepareResults } from "./folder.ts";
export * from "./read.ts";
export * from "./records.ts";
export * from "./retention.ts";
