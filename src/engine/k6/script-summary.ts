// Runs inside k6, not in Node: what the script's own handleSummary is shown, as if it ran without us.
import { PHASE_TAG } from "./names.ts";

export interface SummaryMetric {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: unknown;
}
export interface SummaryData {
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Metrics that the summary has because of us. */
export interface OurMetrics {
  /** The script cannot have written them. */
  readonly hidden: readonly string[];
  /** Listed because of our empty thresholds, even where the script never used them. */
  readonly forced: readonly string[];
}

const K6_TREND_STATS = ["avg", "min", "med", "max", "p(90)", "p(95)"];

/** The summary without our metrics, sub-metrics and quantiles; `stats` is what the script asked for of its trends. */
export function viewOf(data: SummaryData, ours: OurMetrics, stats: readonly string[] = K6_TREND_STATS): SummaryData {
  const shown = Object.entries(data.metrics).filter(
    ([name, metric]) => !isHidden(name, ours) && !isForced(name, metric, ours),
  );
  return {
    ...data,
    options: { ...data.options, summaryTrendStats: stats },
    metrics: Object.fromEntries(
      shown.map(([name, metric]) => [name, metric.type === "trend" ? only(metric, stats) : metric]),
    ),
  };
}

function isHidden(name: string, { hidden }: OurMetrics): boolean {
  return name.includes(`{${PHASE_TAG}:`) || hidden.some((own) => name === own || name.startsWith(`${own}{`));
}

function isForced(name: string, metric: SummaryMetric, { forced }: OurMetrics): boolean {
  if (!forced.includes(name) || metric.thresholds !== undefined) return false;
  const { count = 0, passes = 0, fails = 0 } = metric.values;
  return count + passes + fails === 0;
}

function only(metric: SummaryMetric, stats: readonly string[]): SummaryMetric {
  return {
    ...metric,
    values: Object.fromEntries(Object.entries(metric.values).filter(([stat]) => stats.includes(stat))),
  };
}
