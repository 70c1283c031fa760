export type { RunDeps } from "./deps.ts";
export { executeRun, type ExecutedRun } from "./execute.ts";
export type { RunRequest } from "./draft.ts";
