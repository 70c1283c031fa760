import type { Instant, Objective, ObjectiveResult, RunRecord, SkipReason, Trigger, Uptime } from "../model/index.ts";

/** A configured scenario, as far as metrics tell it. */
export interface ScenarioFacts {
  readonly name: string;
  readonly target: string;
  readonly objectives: readonly Objective[];
  /** The target has a Redis whose lookups its runs count. */
  readonly watchesCache?: boolean;
  readonly schedule?: {
    readonly cron: string;
    readonly timezone: string;
    readonly paused: boolean;
    /** Longest time between two slots. */
    readonly intervalSeconds: number;
    readonly nextSlot?: Instant;
    /** Latest time by which a scheduled run must have given a verdict. */
    readonly deadline?: Instant;
  };
}

/**
 * Everything that the gauges are a projection of: read anew at each scrape, from memory only. Never changed afterwards:
 * what has changed is a new object, and a record that has not is the same one.
 */
export interface ExporterFacts {
  readonly scenarios: readonly ScenarioFacts[];
  /**
   * Runs that are over, of configured scenarios: for each scenario, target and trigger the newest of all and the newest
   * that was judged, and what is counted and remembered of those before it. Labels come from the records themselves.
   */
  readonly latest: readonly {
    readonly scenario: string;
    readonly target: string;
    readonly trigger: Trigger;
    /** Newest of all, whatever its state. */
    readonly last: RunRecord;
    /** Newest with the verdict pass, warning or fail. */
    readonly judged?: RunRecord;
    /** Of each objective of `judged`, what the newest judged run that measured it said; none: no run did. */
    readonly measured: readonly { readonly id: RunRecord["id"]; readonly result: ObjectiveResult }[];
    /** Judged runs in a row, ending with the newest, with the verdict warning or fail. */
    readonly consecutiveMissed: number;
    /** The same, counting only fail. */
    readonly consecutiveFailed: number;
    /** How many of the last two judged runs have the verdict fail. */
    readonly lastTwoFailed: number;
  }[];
  readonly running: readonly { readonly scenario: string; readonly target: string; readonly trigger: Trigger }[];
  /** Every configured target. */
  readonly targets: readonly {
    readonly name: string;
    readonly uptimeObjective?: Objective;
    /** As last read back from Prometheus. */
    readonly uptime?: Uptime;
  }[];
  /** Runs waiting; undefined while the database is away. */
  readonly queued: number | undefined;
  readonly config: {
    readonly sha256: string;
    readonly reloadSucceeded: boolean;
    /** Of the last one that succeeded. */
    readonly reloadedAt: Instant;
  };
  readonly k6Version?: string;
  /** Health of each source that the daemon itself asks (database, records, prometheus, k6), and of each that is watched of a target. */
  readonly sources: readonly {
    readonly name: string;
    readonly ok: boolean;
    /** How long it took to answer, where that is known. */
    readonly seconds?: number;
    /** Whose source it is, and of what runs; absent: the daemon's own. */
    readonly target?: string;
    readonly trigger?: Trigger;
  }[];
}

/** What is counted as it happens, since the daemon began. */
export interface ExporterEvents {
  runEnded(record: RunRecord): void;
  /** `seconds` from queued to begun. */
  runBegan(seconds: number): void;
  slotsSkipped(
    scenario: string,
    target: string,
    skipped: { readonly reason: SkipReason; readonly count: number },
  ): void;
  httpAnswered(
    handler: string,
    answer: { readonly method: string; readonly code: number; readonly seconds: number },
  ): void;
}
