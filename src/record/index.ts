export { prepareResults, runFolder } from "./folder.ts";
export * from "./folders.ts";
export * from "./read.ts";
export * from "./records.ts";
export * from "./retention.ts";
export { parseRecord } from "./shape.ts";
