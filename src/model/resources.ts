import type { Unit } from "./measurement.ts";
import type { Instant } from "./names.ts";
import type { Reason } from "./reason.ts";
import type { Target } from "./scenario.ts";

/** One value that a collector read at one instant; counters as the source counts them. */
export interface Reading {
  /** Of the collector's own list, e.g. `postgres_connections`. */
  readonly name: string;
  readonly value: number;
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
    /** Snapshots (`save`) and append-only file: on or off. */
    readonly snapshots: boolean;
    readonly appendOnly: boolean;
  };
  readonly machine?: { readonly cores: number; readonly memoryBytes: number };
}

/** What identifies the process behind a source: another one means that it was restarted in between. */
export interface ProcessMark {
  readonly what: string;
  readonly mark: string;
}

/** A source that answered: it is read until it is closed. */
export interface Source {
  readonly facts: TargetFacts;
  /** Rejects never: a source that cannot be read is a problem, and its readings are absent. */
  read(
    signal: AbortSignal,
  ): Promise<
    { readonly readings: readonly Reading[]; readonly marks: readonly ProcessMark[] } | { readonly problem: Reason }
  >;
  close(): Promise<void>;
}

/** Watches one part of a target's system: PostgreSQL, Redis, machine, gateway. */
export interface Collector {
  readonly name: string;
  /** Undefined: the target has no such part configured. */
  open(target: Target, signal: AbortSignal): Promise<Source | { readonly problem: Reason } | undefined>;
}

/** One reading over the judged window. Of a counter only `delta` and `perSecond`; of a gauge `mean`, `peak` and `last`. */
export interface ResourceValue {
  readonly unit: Unit;
  readonly samples: number;
  readonly mean?: number;
  readonly peak?: number;
  readonly last?: number;
  readonly delta?: number;
  readonly perSecond?: number;
}

/** Part of a record: what was watched beside the load. */
export interface Resources {
  readonly collectors: readonly {
    readonly name: string;
    readonly reads: number;
    readonly failures: number;
    readonly problem?: string;
  }[];
  /** By reading name; absent means not read, never 0. */
  readonly values: Readonly<Record<string, ResourceValue>>;
  /** What was restarted between the first and the last reading. */
  readonly restarted: readonly string[];
}

/** `resources.json` beside timeline.json: the curves, on the timeline's axis (seconds since the load began). */
export interface ResourceSeries {
  readonly loadBeganAt: Instant;
  readonly series: readonly {
    readonly name: string;
    readonly unit: Unit;
    readonly points: readonly (readonly [number, number])[];
  }[];
}
