/** PromQL over what k6 sends of one run; only rates and increases of its native histograms. */
import { K6 } from "./outside.ts";
import type { Query } from "./query.ts";

/** k6 sends every five seconds, other than the scrapes that the data source's interval speaks of. */
export const STEP = "5s";
/** The chosen run. */
const RUN = 'testid="$run"';

/** A series of the chosen run, with more matchers. */
export function ofRun(metric: string, where = ""): string {
  return `${metric}{${RUN}${where === "" ? "" : `, ${where}`}}`;
}

export const perSecond = (series: string): string => `rate(${series}[$__rate_interval])`;

/** The part of the requests that did not get the expected answer, as it goes on. */
export function failedShare(): string {
  const { requests } = K6;
  const all = `sum(${perSecond(ofRun(requests))})`;
  return `(sum(${perSecond(ofRun(requests, 'expected_response="false"'))}) or 0 * ${all}) / (${all} > 0)`;
}

/** A quantile from a native histogram, over the last moments. */
export function quantileNow(quantile: number, series: string): string {
  return `histogram_quantile(${String(quantile)}, sum(${perSecond(series)}))`;
}

/** The mean from a native histogram, over the last moments. */
export function meanNow(series: string): string {
  return `histogram_sum(sum(${perSecond(series)})) / (histogram_count(sum(${perSecond(series)})) > 0)`;
}

/** What a counter of k6 had come to, wherever in the shown time: an increase would miss what its first value holds. */
export const cameTo = (series: string): string => `sum(max_over_time(${series}[$__range]))`;

export function line(expr: string, legend: string): Query {
  return { expr, legend, step: STEP };
}
