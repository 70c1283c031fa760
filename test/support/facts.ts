import type { Distribution, LoadFacts, Objective, Timeline, TimelinePoint } from "../../src/model/index.ts";

/** Made-up facts for the tests of judging. */

const GRID = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

/** The engine's interpolated quantile of sorted samples. */
export function interpolated(sorted: readonly number[], q: number): number {
  const rank = q * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN];
  return below + (rank - Math.floor(rank)) * (above - below);
}

export function distributionOf(samples: readonly number[]): Distribution {
  const sorted = samples.toSorted((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) return { count, min: 0, max: 0, mean: 0, quantiles: [] };
  return {
    count,
    min: interpolated(sorted, 0),
    max: interpolated(sorted, 1),
    mean: sorted.reduce((sum, x) => sum + x, 0) / count,
    quantiles: GRID.map((q) => [q, interpolated(sorted, q)] as const),
  };
}

/** `count` requests that all took `seconds`, none failed, over a window of 100 s. */
export function factsOf(count: number, seconds = 0.1): LoadFacts {
  return {
    window: { startedAt: 0, seconds: 100, plannedSeconds: 100 },
    requests: { count, failed: 0 },
    checks: { failedOnGood: 0, mixed: 0, perAnswer: 1 },
    exceptions: { afterGood: 0, afterFailed: 0, withoutRequest: 0 },
    latency: distributionOf(Array.from({ length: count }, () => seconds)),
    iterations: { completed: count, dropped: 0 },
    custom: {},
    thresholds: [],
    requestsInAll: count,
  };
}

/** As `factsOf`, but the first `failed` requests failed by status. */
export function factsWithFailures(count: number, failed: number): LoadFacts {
  return { ...factsOf(count - failed), requests: { count, failed } };
}

/** `< 0.2` style text to an objective. */
export function objectiveOf(measurement: string, condition: string): Objective {
  const [comparator = "", limit = ""] = condition.split(" ");
  if (comparator !== "<" && comparator !== "<=" && comparator !== ">" && comparator !== ">=") {
    throw new Error(`no comparator in ${condition}`);
  }
  return { measurement, comparator, limit: Number(limit), condition };
}

/** One second that ends at `at`, from its answers' latencies. */
export function pointOf(at: number, users: number, samples: readonly number[]): TimelinePoint {
  const base = { at, seconds: 1, users, requests: samples.length, failed: 0 };
  if (samples.length === 0) return base;
  const sorted = samples.toSorted((a, b) => a - b);
  const quantile = (q: number): number => interpolated(sorted, q);
  return {
    ...base,
    latency: {
      min: quantile(0),
      p50: quantile(0.5),
      p90: quantile(0.9),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max: quantile(1),
    },
  };
}

/** Judged from 0 to the last point; `answers(second)` are the latencies of that second. */
export function timelineOf(users: readonly number[], answers: (second: number) => readonly number[]): Timeline {
  return { judged: { from: 0, to: users.length }, points: users.map((n, i) => pointOf(i + 1, n, answers(i))) };
}

/** `n` equal numbers. */
export function times(n: number, value: number): readonly number[] {
  return Array.from({ length: n }, () => value);
}
