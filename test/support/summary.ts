import { QUANTILE_GRID, SUB_METRICS } from "../../src/engine/k6/summary-names.ts";

export interface SummaryMetric {
  type: string;
  contains: string;
  values: Record<string, number | null>;
  thresholds?: Record<string, { ok: boolean }>;
}
export interface SummaryJson {
  metrics: Record<string, SummaryMetric>;
  root_group: object;
  state: { testRunDurationMs: number };
}

const counter = (count: number): SummaryMetric => ({
  type: "counter",
  contains: "default",
  values: { count, rate: 1 },
});
const rate = (passes: number, total: number): SummaryMetric => ({
  type: "rate",
  contains: "default",
  values: { passes, fails: total - passes, rate: total === 0 ? 0 : passes / total },
});
/** A trend whose values rise evenly from 10 to 20 (milliseconds where it is a time). */
export function trend(count: number, contains = "time"): SummaryMetric {
  const grid = QUANTILE_GRID.map((q) => [`p(${String(q)})`, count === 0 ? 0 : 10 + q / 10] as const);
  const [min, avg, max] = count === 0 ? [0, 0, 0] : [10, 15, 20];
  return { type: "trend", contains, values: { count, min, avg, med: avg, max, ...Object.fromEntries(grid) } };
}

/** A summary as k6 writes it for us: 100 requests in the window (4 of them failed) of 120 in all, over 10 s. */
export function wholeSummary(change: (summary: SummaryJson) => void = () => undefined): SummaryJson {
  const none = Object.fromEntries(Object.values(SUB_METRICS).map((name) => [name, counter(0)]));
  const summary: SummaryJson = {
    metrics: {
      ...none,
      [SUB_METRICS.latency]: trend(96),
      [SUB_METRICS.requests]: counter(100),
      [SUB_METRICS.failed]: rate(4, 100),
      [SUB_METRICS.checks]: rate(97, 100),
      [SUB_METRICS.checksAfterFailed]: rate(0, 1),
      [SUB_METRICS.checksAfterMixed]: rate(0, 0),
      [SUB_METRICS.iterations]: counter(50),
      http_reqs: counter(120),
      iterations: counter(60),
      chatbench_load_start_ms: { type: "gauge", contains: "default", values: { value: 1000, min: 1000, max: 1001 } },
      chatbench_load_end_ms: { type: "gauge", contains: "default", values: { value: 11000, min: 11000, max: 11000 } },
    },
    root_group: { checks: [{ name: "answered", path: "::answered" }], groups: [] },
    state: { testRunDurationMs: 10_500 },
  };
  change(summary);
  return summary;
}
