import type { Load } from "./load.ts";
import type { Measurements } from "./measurement.ts";
import type { Instant } from "./names.ts";
import type { Observed } from "./observed.ts";
import type { CacheState } from "./prompts.ts";
import type { Reason } from "./reason.ts";
import type { Verdict } from "./verdict.ts";

export type Arm = "only" | "base" | "candidate" | "uncached" | "prompt" | "both";

export interface TrialSpec {
  readonly arms: readonly Arm[];
  readonly pair: number;
  readonly target: string;
  readonly load: Load;
  readonly cache: CacheState;
}

/** `schedule`: a newer slot took its place. */
export type AbortedBy = "person" | "shutdown" | "spend_cap" | "script" | "schedule";

/** How one engine process ended. `completed` is the only one that may be judged. */
export type TrialOutcome =
  | { readonly kind: "completed"; readonly exitCode: 0 | 99 }
  | { readonly kind: "broken"; readonly reason: Reason }
  | { readonly kind: "aborted"; readonly by: AbortedBy; readonly reason: Reason };

export interface Trial {
  readonly index: number;
  readonly spec: TrialSpec;
  readonly outcome: TrialOutcome;
  readonly byArm: Partial<Record<Arm, Measurements>>;
  readonly invalid: readonly Reason[];
  /** How its objectives came out; absent where it left nothing that could be judged. */
  readonly verdict?: Verdict;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Absent when the engine left no whole summary. */
  readonly facts?: LoadFacts;
  readonly observed?: Observed;
}

/** A set of samples as the engine counted them: exact quantiles on a grid, so that it travels without the samples. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Pairs (q, value), q rising from 0 to 1; values in the unit of the metric (seconds for times). */
  readonly quantiles: readonly (readonly [number, number])[];
}

/** How the answers of a streamed or WebSocket scenario came, over the good exchanges of the judged window; seconds. */
export interface StreamFacts {
  readonly firstByte: Distribution;
  /** First content or tool call; neither the role nor reasoning nor an empty delta. */
  readonly ttft: Distribution;
  /** Of answers that streamed any; absent in old records. */
  readonly firstReasoning?: Distribution;
  readonly tpot: Distribution;
  readonly interChunk: Distribution;
  readonly streamClose: Distribution;
  /** From when a message was to be sent until it was on its way. */
  readonly dispatchDelay: Distribution;
  /** Of that at most so much was the probe's own doing; absent in old records. */
  readonly queueDelay?: Distribution;
  /** How late the probe may have looked at the first content, at most; empty where no probe read. */
  readonly probeDelay: Distribution;
  /** `ttft` without all that may have been the probe's own doing: the true times lie between; absent in old records. */
  readonly ttftLeast?: Distribution;
  /** Exchanges that the probe could not carry out: they are in no other number. */
  readonly probeFailures: number;
  /** Generated tokens as the answers told them, and how many answers told. */
  readonly outputTokens: number;
  readonly answersWithUsage: number;
  /** Answers that came in one burst, of those with enough chunks to tell. */
  readonly bursts: { readonly count: number; readonly of: number };
}

/** Of a load whose arrivals come at a rate; times in seconds, all of arrivals that were to begin in the judged window. */
export interface OpenFacts {
  /** Arrivals that were to begin in the window. */
  readonly planned: number;
  /** Most users at a time, and the highest rate per second. */
  readonly users: number;
  readonly rate: number;
  /** From the request sent to its answer, of successful ones: what a closed load would have called latency. */
  readonly service: Distribution;
  /** How late they began; its count: those that began at all. */
  readonly startDelay: Distribution;
  /** What an iteration took once it had begun; its count: those that came to their end. */
  readonly busy: Distribution;
}

export type MetricSummary =
  | { readonly type: "trend"; readonly unit: "s" | "bytes" | "1"; readonly distribution: Distribution }
  | { readonly type: "counter"; readonly count: number; readonly perSecond: number }
  | { readonly type: "rate"; readonly passes: number; readonly total: number }
  | { readonly type: "gauge"; readonly value: number; readonly min: number; readonly max: number };

/** A threshold that the script itself set, as the engine judged it over the whole test. */
export interface ThresholdResult {
  readonly metric: string;
  readonly expression: string;
  readonly met: boolean;
  /** Samples behind it; 0 means that the engine "passed" it on nothing. */
  readonly samples: number;
}

/** What answers of the judged window told beside their text, and who asked. Tokens as the target counts them. */
export interface AnswerFacts {
  /** Conversations begun before the judged window and in it, in the order of the prompt list. */
  readonly begun: { readonly warmup: number; readonly judged: number };
  /** Answers that said whether a cache of answers gave them, and those it gave. */
  readonly cache: { readonly told: number; readonly hits: number };
  /** Answers that told their usage. */
  readonly usage: { readonly told: number; readonly promptTokens: number; readonly completionTokens: number };
  /** Answers that told how much of their prompt came from a cache: those tokens, and all of the same prompts. */
  readonly prefix: { readonly told: number; readonly cachedTokens: number; readonly promptTokens: number };
}

/** What an engine says of one trial: engine-neutral, JSON-safe, judged window unless said otherwise. */
export interface LoadFacts {
  readonly window: { readonly startedAt: Instant; readonly seconds: number; readonly plannedSeconds?: number };
  /** Requests begun in the window, and those that failed by transport or status. */
  readonly requests: { readonly count: number; readonly failed: number };
  /**
   * Failures that no status shows: failed checks of answers whose status was fine, spread over at most
   * `checksPerAnswer` differently named checks; `mixedChecks` could not be told to follow a good or a bad answer.
   */
  readonly checks: { readonly failedOnGood: number; readonly mixed: number; readonly perAnswer: number };
  /**
   * Script exceptions by what the throwing iteration's last answer was. A redirect that led nowhere, which the engine
   * calls good, counts as one after a good answer.
   */
  readonly exceptions: { readonly afterGood: number; readonly afterFailed: number; readonly withoutRequest: number };
  /** Users who waited for one answer from before the window to after its end: their waiting is in no number here. */
  readonly waitedThrough?: number;
  /** Of them, those whose answer failed at last. */
  readonly waitedInVain?: number;
  /** Seconds of the window that users of a closed load waited for requests that failed, all of them together. */
  readonly failedWaitSeconds?: number;
  /**
   * Durations in seconds of successful answers; of exchanges: from the message sent to the last content. In an open
   * load the first request of an iteration counts from the intended start.
   */
  readonly latency: Distribution;
  /** Of scenarios whose requests are exchanges. */
  readonly stream?: StreamFacts;
  /** Absent: the load is closed, or its script's own. */
  readonly open?: OpenFacts;
  /** Requests that were successful and met every limit on their times, of those counted; absent: nobody asked. */
  readonly goodput?: { readonly good: number; readonly of: number };
  /** `dropped`: absent where the engine cannot tell. */
  readonly iterations: { readonly completed: number; readonly dropped?: number };
  /** The script's own metrics over the whole test, by name. */
  readonly custom: Readonly<Record<string, MetricSummary>>;
  readonly thresholds: readonly ThresholdResult[];
  /** Absent where the script told none of it. */
  readonly answers?: AnswerFacts;
  /** Why answers failed or were lost, as the script said it: the first few that differ, over the whole test; absent: it said nothing. */
  readonly complaints?: readonly string[];
  /**
   * Requests of the whole test that the engine could not make for want of something on its own side (file descriptors,
   * local ports, memory), and what it said of the first and what to do: those of the window are among the failed ones, unless requests are exchanges. Absent: none.
   */
  readonly shortage?: { readonly requests: number; readonly why: string };
  /** Requests of the whole engine process, every phase: what Prometheus must have received. */
  readonly requestsInAll: number;
}

/** One second (or the engine's period) of a trial. */
export interface TimelinePoint {
  /** Seconds since the load began; the end of the period. */
  readonly at: number;
  readonly seconds: number;
  readonly users: number;
  readonly requests: number;
  readonly failed: number;
  /** Quantiles of that period's answers in seconds, failed ones included unless `ofGood`; absent when nothing was answered. */
  readonly latency?: {
    readonly min: number;
    readonly p50: number;
    readonly p90: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
  /** `latency` is of the good answers alone. */
  readonly ofGood?: true;
}

export interface Timeline {
  /** Judged part in seconds since the load began. */
  readonly judged: { readonly from: number; readonly to: number };
  readonly points: readonly TimelinePoint[];
}
