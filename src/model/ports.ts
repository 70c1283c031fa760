import type { Timeline, TrialOutcome, LoadFacts } from "./trial.ts";
import type { Instant, RunId } from "./names.ts";
import type { Reason } from "./reason.ts";
import type { RunRecord, Trigger } from "./run.ts";
import type { Scenario } from "./scenario.ts";

export interface Clock {
  now(): Instant;
  /** Resolves after `milliseconds`, or rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What the engine would do with a scenario, asked before any load. */
export interface Inspection {
  /** Longest time the load can last, graceful stop included; undefined if the engine cannot say. */
  readonly maxSeconds?: number;
  readonly maxUsers: number;
  /** Names of k6 metrics that the script's own thresholds use. */
  readonly thresholds: readonly string[];
}

export interface Progress {
  readonly phase: "starting" | "warmup" | "judged" | "ending";
  readonly elapsedSeconds: number;
  readonly totalSeconds?: number;
  readonly users: number;
  readonly requestsPerSecond: number;
  readonly p95Seconds?: number;
  readonly errorRatio?: number;
}

export interface TrialWork {
  readonly runId: RunId;
  readonly index: number;
  readonly scenario: Scenario;
  readonly trigger: Trigger;
  readonly revision?: string;
  /** The run's folder, existing and ours: absolute. */
  readonly folder: string;
  /** Base URL of a Prometheus with its remote-write receiver on; absent: nothing is sent. */
  readonly prometheusUrl?: string;
}

export interface TrialWatch {
  /** Its reason is an AbortedBy word; the engine ends the load gracefully, once. */
  readonly stop: AbortSignal;
  /** The whole group is killed now. */
  readonly kill: AbortSignal;
  onProgress(progress: Progress): void;
}

export interface TrialResult {
  readonly outcome: TrialOutcome;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly facts?: LoadFacts;
  readonly timeline?: Timeline;
  readonly failedPushes: number;
}

/** Makes load. Assumes no local process, so that a later engine can spread a trial over many machines. */
export interface Engine {
  readonly name: string;
  /** Version text for the record, or why there is no usable engine. */
  version(): Promise<{ readonly version: string } | { readonly problem: Reason }>;
  /** Reads the script without making load: what it would do, or why it cannot be used. */
  inspect(work: TrialWork): Promise<{ readonly inspection: Inspection } | { readonly problem: Reason }>;
  /** Runs one trial; never throws for the engine's own failures. */
  run(work: TrialWork, watch: TrialWatch): Promise<TrialResult>;
}

/** The files of the runs: the truth. */
export interface Records {
  /** Makes the run's folder; a problem is a sentence with the path. */
  open(id: RunId): Promise<{ readonly folder: string } | { readonly problem: Reason }>;
  /** record.json, atomically: whole or not there. */
  save(record: RunRecord): Promise<{ readonly problem?: Reason }>;
  saveTimeline(id: RunId, timeline: Timeline): Promise<void>;
}

/** Reads a finished run's series back. */
export interface SeriesReader {
  /** Requests that Prometheus holds for this run, or why that cannot be known. */
  requestsOf(id: RunId): Promise<{ readonly requests: number } | { readonly problem: Reason }>;
}
