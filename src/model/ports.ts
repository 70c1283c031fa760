import type { AbortedBy, LoadFacts, Timeline, TrialOutcome } from "./trial.ts";
import type { Observed } from "./observed.ts";
import type { Instant, RunId } from "./names.ts";
import type {
  AbandonedRun,
  AbortResult,
  EnqueueResult,
  Instance,
  OpenedRun,
  Owner,
  QueuedRun,
  RunOrder,
  RunQuery,
  RunSummary,
  ScheduleState,
  SlotDecision,
  SlotResult,
} from "./queue.ts";
import type { CacheState, PromptList } from "./prompts.ts";
import type { Reason } from "./reason.ts";
import type { ResourceSeries } from "./resources.ts";
import type { RunRecord, TrialsSoFar, Trigger } from "./run.ts";
import type { Scenario, Target, Traffic } from "./scenario.ts";
import type { SlotOutcome } from "./schedule.ts";
import type { Secret } from "./secret.ts";

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
  /** Of a ladder: which of its levels is held; elapsed and total seconds are those of this trial. */
  readonly step?: { readonly number: number; readonly of: number };
}

/** A stream probe at work, and how a script reaches it. */
export interface ProbeAccess {
  /** Addresses on the loopback interface, separated by commas: a user takes one of them and stays with it. */
  readonly url: string;
  /** Of this run alone; reaches the script by the engine's environment, never by argv. */
  readonly token: Secret;
  /** Processors of this machine that its threads leave to the engine, at least one; absent: it has no threads. */
  readonly processorsLeft?: number;
}

export interface RunningProbe extends ProbeAccess {
  /** Ends it, at once; the problem is that it had ended before, by itself. */
  stop(): Promise<{ readonly problem?: Reason }>;
}

/** Reads streamed answers of a target beside an engine that cannot time their tokens. */
export interface Probes {
  start(target: Target): Promise<{ readonly probe: RunningProbe } | { readonly problem: Reason }>;
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
  /** What the users say; absent: what the script has them say. */
  readonly prompts?: PromptList;
  /** What a cache is to know of the prompts before the judged window. */
  readonly cache?: CacheState;
  /** Of a scenario with the traffic `stream`. */
  readonly probe?: ProbeAccess;
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
  /** Absent: an engine that is not watched. */
  readonly observed?: Observed;
  readonly failedPushes: number;
}

/** Makes load. Assumes no local process, so that a later engine can spread a trial over many machines. */
export interface Engine {
  readonly name: string;
  /**
   * Version text for the record, or why there is no usable engine: of the one that the scenario wants, with its name
   * where that is another. Without a scenario, of the one that stands for all.
   */
  version(
    scenario?: Scenario,
  ): Promise<{ readonly version: string; readonly name?: string } | { readonly problem: Reason }>;
  /** Reads the script without making load: what it would do, or why it cannot be used; `kill` ends that at once. */
  inspect(
    work: TrialWork,
    kill?: AbortSignal,
  ): Promise<{ readonly inspection: Inspection } | { readonly problem: Reason }>;
  /** Runs one trial; never throws for the engine's own failures. */
  run(work: TrialWork, watch: TrialWatch): Promise<TrialResult>;
  /** Ends load of this run that outlived the process which made it, and nothing else; `folder` is the run's. */
  endLeftOver(id: RunId, folder: string): Promise<{ readonly ended: number }>;
}

/** The files of the runs: the truth. */
export interface Records {
  /** Makes the run's folder with its request.json; a problem is a sentence with the path. */
  open(run: OpenedRun): Promise<{ readonly folder: string } | { readonly problem: Reason }>;
  /**
   * record.json, atomically: whole or not there. A record that is there already stays as it is, but for `telemetry`,
   * and `stands` tells it; one that says another end of the run is not touched at all, which is a problem.
   */
  save(record: RunRecord): Promise<{ readonly problem?: Reason; readonly stands?: RunRecord }>;
  /** trials.json, until record.json is there: what is left of a run whose process dies in a later trial. */
  saveTrials(id: RunId, soFar: TrialsSoFar): Promise<void>;
  saveTimeline(id: RunId, timeline: Timeline): Promise<void>;
  /** resources.json beside it. */
  saveResources(id: RunId, series: ResourceSeries): Promise<void>;
}

/** The run folders as they lie on the disk: what tells of runs when no database does. */
export interface RunFolders {
  /** Ids of all run folders, newest first, and what lies among them and is none. */
  list(): Promise<RunFolderList | { readonly problem: Reason }>;
  /** Those of `ids` that have a folder without a record. */
  unfinished(ids: readonly RunId[]): Promise<readonly RunId[]>;
  /** What the run was to be and the trials it has done; undefined where its folder does not say so. */
  opened(id: RunId): Promise<OpenedFolder | undefined>;
  /** Its record; undefined where there is none; a problem begins with the path. */
  record(id: RunId): Promise<{ readonly record: RunRecord } | { readonly problem: string } | undefined>;
}

export interface OpenedFolder {
  readonly folder: string;
  readonly run: OpenedRun;
  /** Absent: no trial of several was over. */
  readonly soFar?: TrialsSoFar;
}

export interface RunFolderList {
  readonly ids: readonly RunId[];
  readonly strangers: readonly { readonly name: string; readonly problem: string }[];
}

/** A run that wants to load a target. */
export interface TurnAsked {
  readonly id: RunId;
  readonly target: string;
  readonly owner: Owner;
}

/** The right to load a target; given back at once, so that the next one need not wait for a file. */
export interface Turn {
  readonly release: () => void;
}

/** One run at a time per target, also among processes that know nothing of each other but the results folder. */
export interface Turns {
  /** Waits until no other run loads the target; undefined: told to stop meanwhile. */
  take(
    asked: TurnAsked,
    wait: {
      readonly stop: AbortSignal;
      readonly onWaiting: (before: { readonly id: RunId; readonly pid: number }) => void;
    },
  ): Promise<Turn | undefined>;
}

export interface SeriesAsked {
  /** Left out: http. */
  readonly traffic?: Traffic;
  /** What the engine counted: a number that agrees needs no second look, any other gets all the patience there is. */
  readonly expected?: number;
}

/** Reads a finished run's series back. */
export interface SeriesReader {
  /** Requests (by traffic: exchanges) that Prometheus holds for this run, or why that cannot be known. */
  requestsOf(id: RunId, asked?: SeriesAsked): Promise<{ readonly requests: number } | { readonly problem: Reason }>;
}

/**
 * The queue, the slots and the index of runs, in a database that several daemons may share. Every method is one short
 * transaction on the database's own clock. A database that is away rejects with `StoreUnavailable`; callers go on
 * without it and try again.
 */
export interface RunStore {
  /** The database's clock. */
  now(): Promise<Instant>;

  /**
   * Notes the configured schedules, each minute: a line not seen before is owed nothing of the past. `line`: cron and
   * zone. Those that are in no configuration any more are forgotten, so that one that is put back is new: `gone`, which
   * a reload has just taken out, and those that nobody has named for ten minutes while somebody named others.
   */
  learnSchedules(
    lines: readonly { readonly scenario: string; readonly line: string }[],
    gone?: readonly string[],
  ): Promise<void>;
  /** Of those that are in a configuration. */
  schedules(): Promise<readonly ScheduleState[]>;
  /** Decides slots, each at most once among all daemons, and queues the run. `queueLimit`: most queued runs. */
  decideSlots(decision: SlotDecision, queueLimit: number): Promise<SlotResult>;
  /** What became of the newest slots, newest first. */
  slotHistory(query: { readonly scenario?: string; readonly limit: number }): Promise<readonly SlotOutcome[]>;

  /** Forgets what became of slots before `before`, but for the `kept` newest of each scenario and the newest paused one. */
  forgetSlots(before: Instant, kept: number): Promise<void>;

  enqueue(order: RunOrder, queueLimit: number): Promise<EnqueueResult>;
  /**
   * Takes the next run that may begin: people before cron, then the oldest; one run at a time per target and at most
   * `runLimit` at work among all daemons; none before its time, and none that had to begin before. Undefined when there
   * is none.
   */
  claim(instance: Instance, runLimit: number): Promise<QueuedRun | undefined>;
  /** False when the run is no longer this instance's. */
  advance(id: RunId, state: "preparing" | "running" | "judging", instance: Instance): Promise<boolean>;
  /**
   * Stores the record of a run that is over and takes it off the queue; by run id, so that it can be repeated. A row
   * that has ended already stays as it is, but for `telemetry`.
   */
  finish(record: RunRecord): Promise<void>;
  abort(id: RunId, by: AbortedBy): Promise<AbortResult>;

  /** Says that this daemon lives; tells its runs that are to be stopped and those that were taken from it as lost. */
  heartbeat(instance: Instance): Promise<{
    readonly abort: readonly { readonly id: RunId; readonly by: AbortedBy }[];
    readonly lost: readonly RunId[];
  }>;
  /** Runs at work of other instances that were silent for `silentMs`; 0: of all others. */
  abandoned(instance: Instance, silentMs: number): Promise<readonly AbandonedRun[]>;
  /** The daemon ends in good order: it is no longer listed. */
  leave(instance: Instance): Promise<void>;

  /** Queued runs and those at work, in the order in which they began or will begin. */
  active(): Promise<readonly QueuedRun[]>;
  list(query: RunQuery): Promise<readonly RunSummary[]>;
  /** The record comes without its trials' facts: those are in the record file. */
  find(id: RunId): Promise<{ readonly run: QueuedRun } | { readonly record: RunRecord } | undefined>;
  /** Per scenario and trigger: the newest run of all, and the newest that was judged (pass, warning or fail); no facts. */
  latest(): Promise<readonly RunRecord[]>;
  /** Those of `ids` that are not stored as ended. */
  missing(ids: readonly RunId[]): Promise<readonly RunId[]>;
  /** Forgets runs that retention removed from the disk. */
  forget(ids: readonly RunId[]): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be reached, or did not answer in time. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
