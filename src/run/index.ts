export { executeRun, type ExecutedRun, type RunDeps } from "./execute.ts";
export type { RunRequest } from "./draft.ts";
