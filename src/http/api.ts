import type {
  AbortResult,
  Diagnostic,
  Progress,
  QueuedRun,
  Reason,
  RunId,
  RunQuery,
  RunRecord,
  RunSummary,
  Trigger,
  Verdict,
} from "../model/index.ts";
import type { StatusView } from "../report/index.ts";

/** The database is away: told as 503 with Retry-After; what needs no database goes on. */
export interface Away {
  readonly away: string;
}

/** What a person or a pipeline may change of a configured scenario for one run: names and numbers, never addresses. */
export interface RunRequestBody {
  readonly scenario: string;
  readonly target?: string;
  readonly pattern?: string;
  readonly users?: number;
  readonly duration_seconds?: number;
  readonly revision?: string;
  readonly trigger?: Exclude<Trigger, "cron">;
}

export type StartResult =
  | { readonly kind: "queued" | "known"; readonly id: RunId }
  | { readonly kind: "conflict"; readonly id: RunId }
  | { readonly kind: "full"; readonly queued: number }
  /** Unknown names, or numbers that do not fit the scenario: each one sentence. */
  | { readonly kind: "refused"; readonly problems: readonly string[] }
  /** No usable engine: nothing could run. */
  | { readonly kind: "no_engine"; readonly reason: Reason };

/** A run that has not ended. `position`: how many are before it in the queue. */
export interface LiveRun {
  readonly run: QueuedRun;
  readonly position?: number;
  readonly progress?: Progress;
}

export interface ScenarioView {
  readonly name: string;
  readonly target: string;
  readonly pattern: { readonly name: string; readonly users?: number; readonly duration_seconds?: number };
  readonly objectives: readonly { readonly measurement: string; readonly condition: string }[];
  readonly schedule?: {
    readonly cron: string;
    readonly timezone: string;
    readonly paused: boolean;
    /** ISO 8601; absent where there is none. */
    readonly next?: string;
  };
  readonly latest?: RunSummary;
  /** Of its target: a standing objective, read back from Prometheus. */
  readonly uptime?: {
    /** Absent, as the verdict: no objective is set. */
    readonly condition?: string;
    readonly verdict?: Verdict;
    readonly window_seconds: number;
    /** 0 to 1; absent: not measured. */
    readonly value?: number;
    readonly coverage?: number;
    readonly probes?: number;
    readonly reason: string;
  };
}

/** Why the daemon cannot do its work, one sentence each; empty: ready. */
export interface Readiness {
  readonly problems: readonly string[];
}

/** A target for blackbox_exporter, in the shape of Prometheus' http_sd. */
export interface ProbeTargets {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What the routes ask of the daemon. http knows nothing else of it. */
export interface Api {
  ready(): Readiness;
  /** A page for Prometheus in the format that the header Accept prefers; from memory, whatever else is down. */
  metrics(accept: string | undefined): Promise<{ readonly contentType: string; readonly text: string }>;
  /** All problems of a configuration that was not taken; none: it was. */
  reload(): Promise<{ readonly problems: readonly Diagnostic[] }>;
  /** What the status page shows; from memory where the database is away. */
  status(): Promise<StatusView>;
  /** The configuration in use as text, every secret shown as `<redacted>`. */
  config(): string;
  scenarios(): Promise<readonly ScenarioView[]>;
  probes(): readonly ProbeTargets[];
  start(body: RunRequestBody, idempotencyKey: string | undefined): Promise<StartResult | Away>;
  runs(query: RunQuery): Promise<{ readonly runs: readonly RunSummary[] } | Away>;
  /** Undefined: there is no such run. */
  run(id: RunId): Promise<{ readonly record: RunRecord } | { readonly live: LiveRun } | undefined | Away>;
  abort(id: RunId): Promise<AbortResult | Away>;
  /** The page of a run, or of all scenarios when none is named; undefined: there is none. */
  report(id?: RunId): Promise<{ readonly html: string } | undefined>;
  /** The page of a runbook, by the name of its file; undefined: there is none. */
  runbook(name: string): Promise<{ readonly html: string } | undefined>;
}
