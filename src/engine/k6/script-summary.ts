// Runs inside k6, not in Node: what the script's own handleSummary is shown, as if it ran without us.
import { GOODPUT, OPEN } from "./open-names.ts";
import { ANSWERS, OWN_METRICS, PHASE_TAG, SUB_METRICS } from "./names.ts";

export interface SummaryMetric {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: unknown;
}
export interface SummaryData {
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

const K6_TREND_STATS = ["avg", "min", "med", "max", "p(90)", "p(95)"];
/** Metrics that our empty thresholds make k6 list even where the script never used them. */
const FORCED = new Set<string | undefined>([
  ...Object.values(ANSWERS),
  ...Object.values(SUB_METRICS).map((name) => name.split("{")[0]),
]);

const HIDDEN: readonly string[] = [...OWN_METRICS, ...Object.values(OPEN), GOODPUT];

/** The summary without our metrics, sub-metrics and quantiles; `stats` is what the script asked for of its trends. */
export function viewOf(data: SummaryData, stats: readonly string[] = K6_TREND_STATS): SummaryData {
  const shown = Object.entries(data.metrics).filter(([name, metric]) => !isOurs(name) && !isForced(name, metric));
  return {
    ...data,
    options: { ...data.options, summaryTrendStats: stats },
    metrics: Object.fromEntries(
      shown.map(([name, metric]) => [name, metric.type === "trend" ? only(metric, stats) : metric]),
    ),
  };
}

function isOurs(name: string): boolean {
  return name.includes(`{${PHASE_TAG}:`) || HIDDEN.some((own) => name === own || name.startsWith(`${own}{`));
}

function isForced(name: string, metric: SummaryMetric): boolean {
  if (!FORCED.has(name) || metric.thresholds !== undefined) return false;
  const { count = 0, passes = 0, fails = 0 } = metric.values;
  return count + passes + fails === 0;
}

function only(metric: SummaryMetric, stats: readonly string[]): SummaryMetric {
  return {
    ...metric,
    values: Object.fromEntries(Object.entries(metric.values).filter(([stat]) => stats.includes(stat))),
  };
}
