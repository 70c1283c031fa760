import type { Verdict } from "./verdict.ts";

export type Comparator = "<" | "<=" | ">" | ">=";

/** One condition on one measurement, e.g. `latency_p95 < 200ms`. */
export interface Objective {
  readonly measurement: string;
  readonly comparator: Comparator;
  /** In the measurement's unit (seconds, ratio, count). */
  readonly limit: number;
  /** As the person wrote it: `< 200ms`. */
  readonly condition: string;
}

/** What a run says of one objective. `value` is absent when the measurement is; the verdict is then `invalid`. */
export interface ObjectiveResult {
  readonly measurement: string;
  readonly condition: string;
  readonly limit: number;
  readonly value?: number;
  readonly verdict: Verdict;
  /** One sentence: value, limit, samples, and by how much it was met or missed. */
  readonly reason: string;
}
