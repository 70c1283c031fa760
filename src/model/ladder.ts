import type { Measurement } from "./measurement.ts";

/** One level of a ladder, as its trials came out. */
export interface LadderStep {
  /** Users or arrivals per second. */
  readonly level: number;
  /** Indices of its trials. */
  readonly trials: readonly number[];
  /** `unclear`: it could not be judged, or its trials disagree. */
  readonly result: "passed" | "failed" | "unclear";
  /** Why it is unclear. */
  readonly reason?: string;
  /** Of its first trial: latency, errors, goodput, CPU and memory of the target. */
  readonly measurements: Readonly<Record<string, Measurement>>;
}

/** What a run of rising loads found. */
export interface LadderRecord {
  /** Of the levels: users or arrivals per second. */
  readonly unit: "count" | "1/s";
  /** In rising order, those that were tried. */
  readonly steps: readonly LadderStep[];
  /** Highest level that passed with none below it that failed, 0 where the lowest failed; absent: no step was judged. */
  readonly max_passing?: number;
  /** Levels up to this one may pass as well: they were not tried or are unclear. */
  readonly max_passing_at_most?: number;
  readonly first_failing?: number;
  /** False: a level passed above one that failed; the target is unstable. */
  readonly monotone: boolean;
}
