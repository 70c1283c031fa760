import type { Progress, QueuedRun, RunId } from "../model/index.ts";
import type { WorkState } from "./deps.ts";

/** A run at work in this process. */
export interface LiveRun {
  readonly run: QueuedRun;
  readonly stop: AbortController;
  readonly kill: AbortController;
  /** What it does now, and what the store was told last: that may be away. */
  state: WorkState;
  told: WorkState;
  progress?: Progress;
  /** Resolves when all of it is over. */
  done: Promise<void>;
}

export type LiveRuns = Map<RunId, LiveRun>;

export function liveRun(run: QueuedRun): LiveRun {
  const [stop, kill] = [new AbortController(), new AbortController()];
  return { run, stop, kill, state: "preparing", told: "preparing", done: Promise.resolve() };
}
