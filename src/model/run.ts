import type { Finding } from "./environment.ts";
import type { ArrivalKind, PatternName } from "./load.ts";
import type { LadderRecord } from "./ladder.ts";
import type { Measurement } from "./measurement.ts";
import type { Observed } from "./observed.ts";
import type { ObjectiveResult } from "./objective.ts";
import type { WorkloadRecord } from "./prompts.ts";
import type { Reason } from "./reason.ts";
import type { Resources } from "./resources.ts";
import type { AbortedBy, Arm, LoadFacts, TrialOutcome } from "./trial.ts";
import type { Verdict } from "./verdict.ts";

export type Trigger = "cron" | "manual" | "pull_request" | "pre_deploy";
export type TerminalState = "finished" | "error" | "aborted" | "lost" | "skipped";
export type State = "queued" | "preparing" | "running" | "judging" | TerminalState;

/** Did this run's series reach Prometheus? `complete` only if the number of requests agrees. */
export interface Telemetry {
  readonly prometheus: "complete" | "incomplete" | "none";
  readonly reason?: string;
  readonly failed_pushes?: number;
  readonly requests_sent?: number;
  readonly requests_found?: number;
}

export interface TrialRecord {
  readonly index: number;
  readonly arms: readonly Arm[];
  readonly outcome: TrialOutcome;
  readonly invalid: readonly Reason[];
  readonly started_at: string;
  readonly ended_at: string;
  readonly facts?: LoadFacts;
  readonly observed?: Observed;
}

/** What is on disk of a run with several trials before the next of them begins. */
export interface TrialsSoFar {
  readonly trials: readonly TrialRecord[];
  readonly ladder?: LadderRecord;
}

/** Facts about where it ran: flat text, shown as a table. */
export type Environment = Readonly<Record<string, string>>;

/**
 * `results/<run>/record.json`, `show --json` and each of `run --json`: one shape. Absent means not measured, never 0.
 * Only terminal runs have a record; they are never changed except for `telemetry`, read back after the end.
 */
export interface RunRecord {
  readonly schema: 1;
  readonly id: string;
  readonly scenario: string;
  readonly target: string;
  readonly target_url: string;
  readonly script: string;
  readonly trigger: Trigger;
  readonly revision?: string;
  readonly state: TerminalState;
  /** Null unless finished. */
  readonly verdict: Verdict | null;
  /** Why there is no verdict, or why it is what it is. */
  readonly reason: Reason | null;
  readonly aborted_by?: AbortedBy;
  readonly started_at: string;
  readonly ended_at: string;
  readonly pattern: {
    readonly name: PatternName;
    readonly users?: number;
    /** Highest arrivals per second of an open load; `users` is then the most at a time. */
    readonly rate?: number;
    readonly arrivals?: ArrivalKind;
    readonly duration_seconds?: number;
    readonly warmup_seconds: number;
  };
  readonly measurements: Readonly<Record<string, Measurement>>;
  readonly objectives: readonly ObjectiveResult[];
  readonly comparison: readonly never[];
  readonly cost: Readonly<Record<string, never>>;
  readonly environment: Environment;
  /** What was looked at before the load; absent: nothing was (an old record, a run that did not come so far). */
  readonly findings?: readonly Finding[];
  readonly telemetry: Telemetry;
  /** Absent where the scenario says nothing of its prompts and their cache. */
  readonly workload?: WorkloadRecord;
  /** The target's system meanwhile; absent: it has no source that could be read. */
  readonly resources?: Resources;
  /** Of the patterns stress and breakpoint. */
  readonly ladder?: LadderRecord;
  readonly trials: readonly TrialRecord[];
}
