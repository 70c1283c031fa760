import type { Instant, RunId } from "./names.ts";
import type { RunRecord, State, Trigger } from "./run.ts";
import type { Scenario, Target } from "./scenario.ts";
import type { AbortedBy } from "./trial.ts";
import type { SkippedSlots } from "./schedule.ts";

/** A scenario as it was when its run was asked for: JSON-safe, and without the value of any secret. */
export type FrozenScenario = Omit<Scenario, "target" | "secrets" | "schedule"> & {
  readonly target: Pick<Target, "name" | "baseUrl" | "resources" | "metrics">;
  /** Names only; values come from the configuration when the run begins. */
  readonly secretNames: readonly string[];
};

/** A run that somebody or something asked for. */
export interface RunOrder {
  readonly id: RunId;
  readonly scenario: FrozenScenario;
  readonly trigger: Trigger;
  readonly revision?: string;
  /** The scheduled instant; only of runs that cron asked for. */
  readonly slot?: Instant;
  /** Not to be begun before; absent: at once. */
  readonly notBefore?: Instant;
  /** Not to be begun then or later: a blackout of its schedule begins. Absent: whenever its turn comes. */
  readonly beginBy?: Instant;
  /** Two orders with the same key are one run. */
  readonly idempotencyKey?: string;
}

/** An order as the queue holds it, until it ends. */
export interface QueuedRun extends RunOrder {
  readonly state: Exclude<State, "finished" | "error" | "aborted" | "lost" | "skipped">;
  readonly queuedAt: Instant;
  readonly startedAt?: Instant;
  /** Id of the daemon that runs it. */
  readonly owner?: string;
  /** Somebody asked to stop it. */
  readonly abortBy?: AbortedBy;
}

/** One daemon process, as the others see it. */
export interface Instance {
  /** Drawn anew at each start. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Of the process, as the system tells it (platform/process-identity.ts). */
  readonly startTime: string;
  /** Boot id and pid namespace, a space between (platform/place.ts): where the pid means something. Absent: not known. */
  readonly place?: string;
}

/** A process that makes load, told apart from a later one with the same pid. */
export type Owner = Omit<Instance, "id">;

/** `request.json` in a run's folder: what was asked for and who runs it, written before any load. JSON-safe. */
export interface OpenedRun extends Pick<RunOrder, "id" | "scenario" | "trigger" | "revision" | "slot"> {
  readonly schema: 1;
  readonly owner: Owner;
  readonly opened_at: string;
}

/** A run whose daemon no longer says that it lives. */
export interface AbandonedRun {
  readonly run: QueuedRun;
  readonly owner: Instance;
  readonly lastHeartbeat: Instant;
}

/** What a scenario's schedule has behind it. */
export interface ScheduleState {
  readonly scenario: string;
  /** When this cron line was first seen: nothing before is owed. */
  readonly knownSince: Instant;
  /** Newest slot already decided, run or not. */
  readonly lastSlot?: Instant;
  /** The newest slot that was skipped because the schedule was paused. */
  readonly pausedUntil?: Instant;
}

/** The slots of one scenario that are decided together. */
export interface SlotDecision {
  readonly scenario: string;
  /** `lastSlot` as it was read: decided only if nobody was faster. */
  readonly after: Instant | undefined;
  /** The newest slot of this decision. */
  readonly last: Instant;
  /** The one slot that runs, and what happens to it while a run of the scenario is queued or at work. */
  readonly run?: {
    readonly order: RunOrder & { readonly slot: Instant };
    readonly overlap: "skip" | "queue" | "cancel";
  };
  readonly skipped: readonly SkippedSlots[];
}

export type SlotResult =
  /**
   * Decided here; `skipped` holds what was asked for and, if the run could not be queued, its slot with the reason.
   * `withdrawn`: queued runs whose place the new one took (overlap `cancel`); the caller keeps their records.
   */
  | {
      readonly kind: "decided";
      readonly queued?: RunId;
      readonly skipped: readonly SkippedSlots[];
      readonly withdrawn?: readonly QueuedRun[];
    }
  /** Nothing was decided: another daemon was faster, or the slots lie in the future of the database's clock. */
  | { readonly kind: "taken" };

export type EnqueueResult =
  | { readonly kind: "queued"; readonly id: RunId }
  /** The idempotency key is known: this is its run, and nothing was queued. */
  | { readonly kind: "known"; readonly id: RunId }
  /** The key is known for another scenario, target, trigger, revision or load. */
  | { readonly kind: "conflict"; readonly id: RunId }
  | { readonly kind: "full"; readonly queued: number };

export type AbortResult =
  /** It had not begun and never will: the caller keeps its record. */
  | { readonly kind: "withdrawn"; readonly run: QueuedRun }
  /** Its daemon will hear of it. */
  | { readonly kind: "asked"; readonly run: QueuedRun }
  | { readonly kind: "ended" }
  | { readonly kind: "unknown" };

/** What a list of runs is limited to; newest first. */
export interface RunQuery {
  readonly scenario?: string;
  readonly target?: string;
  readonly trigger?: Trigger;
  readonly state?: State;
  readonly limit: number;
  /** Only runs older than this one (keyset paging: ids sort by time). */
  readonly before?: RunId;
}

/** A row of a list: enough for a table, without samples and trials. */
export type RunSummary = Pick<
  RunRecord,
  "id" | "scenario" | "target" | "trigger" | "verdict" | "reason" | "measurements"
> & {
  readonly state: State;
  readonly revision?: string;
  readonly slot?: string;
  readonly queued_at?: string;
  readonly started_at?: string;
  readonly ended_at?: string;
};
