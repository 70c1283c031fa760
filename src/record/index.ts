export * from "./decisions.ts";
export { prepareResults, runFolder } from "./folder.ts";
export * from "./folders.ts";
export { newestRecords, type NewestOptions, type NewestRecords } from "./newest.ts";
export * from "./read.ts";
export * from "./records.ts";
export * from "./retention.ts";
export { parseRecord } from "./shape.ts";
export { createTurns } from "./turns.ts";
