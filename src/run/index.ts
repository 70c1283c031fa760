export { type RunDeps, type SeriesDeps, type WorkState } from "./deps.ts";
export type { RunRequest } from "./draft.ts";
export type { RunEvents } from "./events.ts";
export { executeRun, type ExecutedRun } from "./execute.ts";
export { freeze, thaw } from "./freeze.ts";
export { recoverFolders } from "./recover-folders.ts";
export { rebuild, type RebuildCounts, type RebuildDeps, type Rebuilt } from "./recover-records.ts";
export { whereIs, type Whereabouts } from "./whereabouts.ts";
export { createRuns, type Asked, type Runs, type RunsDeps } from "./runs.ts";
