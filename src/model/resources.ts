import type { Unit } from "./measurement-kind.ts";
import type { Instant } from "./names.ts";
import type { Reason } from "./reason.ts";
import type { Target } from "./scenario.ts";

/** One value that a collector read at one instant; counters as the source counts them. */
export interface Reading {
  /** Of the collector's own list, e.g. `postgres_connections`. */
  readonly name: string;
  /** As people read it: "Connections of PostgreSQL". */
  readonly title: string;
  /** `counter`: only rises, until its source begins anew; what counts are differences. */
  readonly kind: "counter" | "gauge";
  /** Of the value itself: a counter of CPU time is in `s`, its rate in cores. */
  readonly unit: Unit;
  readonly value: number;
  /** When the source itself took it, by its own clock; absent: when it was read. */
  readonly at?: Instant;
  /** Where it is drawn: the picture and the line in it; absent: it stands in the table only. */
  readonly curve?: { readonly panel: string; readonly line: string };
}

/** What a source says of itself once, before the load. Absent: the source was not asked, or did not say. */
export interface TargetFacts {
  readonly postgres?: {
    readonly version: string;
    /** `server_version_num`, e.g. 150004. */
    readonly versionNumber: number;
    readonly maxConnections: number;
    /** Kept for superusers: not for the target. */
    readonly reservedConnections: number;
  };
  readonly redis?: {
    readonly version: string;
    /** Snapshots (`save`) and append-only file: on or off; absent where Redis does not say (CONFIG may be forbidden). */
    readonly snapshots?: boolean;
    readonly appendOnly?: boolean;
  };
  readonly machine?: { readonly cores: number; readonly memoryBytes: number };
  /** When its machine was started, in seconds since 1970 by its own clock. */
  readonly bootedAtSeconds?: number;
}

/** What tells the process behind a source from any other, by its name, by its start or by both. */
export interface ProcessMark {
  readonly what: string;
  /** No other process has it; absent: only its start is known. */
  readonly identity?: string;
  /** When it began, by the clock of the source, and what that clock said at the reading, where it tells. */
  readonly began?: { readonly at: Instant; readonly now?: Instant };
}

/** A part of the target that began anew: it was read before it did at `after`, and the new one first at `by`. */
export interface Restart {
  readonly what: string;
  readonly after: Instant;
  readonly by: Instant;
}

export type SourceRead =
  { readonly readings: readonly Reading[]; readonly marks: readonly ProcessMark[] } | { readonly problem: Reason };

/** A source that answered: it is read until it is closed. */
export interface Source {
  readonly facts: TargetFacts;
  /** Rejects never: a source that cannot be read is a problem, and its readings are absent. */
  read(signal: AbortSignal): Promise<SourceRead>;
  close(): Promise<void>;
}

/** Watches one part of a target's system: PostgreSQL, Redis, machine, gateway. */
export interface Collector {
  readonly name: string;
  /** Undefined: the target has no such part configured. */
  open(target: Target, signal: AbortSignal): Promise<Source | { readonly problem: Reason } | undefined>;
}

/** One configured source of a target, whether it answers or not. */
export interface WatchedPart {
  /** Its collector's. */
  readonly name: string;
  /** In bounded time and never rejecting; one that did not answer is opened anew. */
  read(signal: AbortSignal): Promise<SourceRead>;
}

/** All sources of one target, from before the load until they are closed. */
export interface TargetWatch {
  readonly parts: readonly WatchedPart[];
  /** Of those that have answered so far, merged. */
  facts(): TargetFacts;
  /** Why the others do not answer, one sentence each. */
  problems(): readonly Reason[];
  close(): Promise<void>;
}

/** Opens the sources of a target: in bounded time, whatever they do. */
export type OpenWatch = (target: Target, signal: AbortSignal) => Promise<TargetWatch>;

/** One reading over the judged window. Of a gauge `mean`, `peak` and `last`; of a counter the others. */
export interface ResourceValue {
  readonly title: string;
  /** Of the value itself, see Reading. */
  readonly unit: Unit;
  /** Readings in the window. */
  readonly samples: number;
  readonly mean?: number;
  readonly peak?: number;
  readonly last?: number;
  readonly delta?: number;
  /** In the unit per second: cores for seconds of CPU time. */
  readonly perSecond?: number;
  /** Of any two readings that follow each other. */
  readonly peakPerSecond?: number;
}

/** What was read of one reading, in the order of time. */
export interface SampledReading extends Omit<Reading, "value" | "at"> {
  /** Pairs of instant and value. */
  readonly points: readonly (readonly [Instant, number])[];
  /** When its source was first seen begun anew: a counter counts from 0 again, also where it is not lower than before. */
  readonly resets: readonly Instant[];
}

/** Everything that was read while a trial ran. */
export interface Sampled extends Pick<Resources, "collectors"> {
  readonly restarts: readonly Restart[];
  readonly readings: readonly SampledReading[];
}

/** Part of a record: what was watched beside the load. */
export interface Resources {
  readonly collectors: readonly {
    readonly name: string;
    readonly reads: number;
    readonly failures: number;
    /** Why it did not answer last. */
    readonly problem?: string;
  }[];
  /** By reading name; absent means not read, never 0. */
  readonly values: Readonly<Record<string, ResourceValue>>;
  /** What was restarted in the judged window; without a window, while it was watched. */
  readonly restarted: readonly string[];
  /** What was restarted while it was watched, but not in the judged window: it is in no number. */
  readonly restartedOutside?: readonly string[];
}

/** `resources.json` beside timeline.json: the curves, on the timeline's axis (seconds since the load began). */
export interface ResourceSeries {
  readonly loadBeganAt: Instant;
  readonly series: readonly ResourceCurve[];
  /** Of a ladder: the highest step that passed and the lowest that failed, each from the beginning of its own load. */
  readonly steps?: readonly StepSeries[];
}

export interface ResourceCurve {
  readonly name: string;
  readonly panel: string;
  readonly line: string;
  /** Of the points: of a counter those of its rate. */
  readonly unit: Unit;
  readonly points: readonly (readonly [number, number])[];
}

export interface StepSeries {
  readonly level: number;
  /** Index of its first trial. */
  readonly trial: number;
  readonly loadBeganAt: Instant;
  /** Judged part in seconds since its load began. */
  readonly judged: { readonly from: number; readonly to: number };
  readonly series: readonly ResourceCurve[];
}

/** The unit in which a counter of `unit` grows. */
export function rateUnitOf(unit: Unit): Unit {
  if (unit === "s") return "cores";
  if (unit === "bytes") return "bytes/s";
  return "1/s";
}
