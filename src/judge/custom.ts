import type { Distribution, Measurement, Measurements, MetricSummary, Unit } from "../model/index.ts";
import { quantileOf } from "./quantiles.ts";

export const TREND_QUANTILES = [
  ["med", 0.5],
  ["p(90)", 0.9],
  ["p(95)", 0.95],
  ["p(99)", 0.99],
] as const;
const TREND_UNITS = { s: "s", bytes: "bytes", "1": "count" } as const satisfies Record<string, Unit>;

type Stats = Readonly<Record<string, number | undefined>>;

function trendStats(distribution: Distribution): Stats {
  if (distribution.count === 0) return {};
  const { mean, min, max } = distribution;
  const quantiles = TREND_QUANTILES.map(([stat, q]) => [stat, quantileOf(distribution, q)] as const);
  return { avg: mean, min, max, ...Object.fromEntries(quantiles) };
}

/** Drops what is undefined. */
function stated(stats: Stats, unit: Unit, samples: number): Readonly<Record<string, Measurement>> {
  const kept = Object.entries(stats).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(kept.map(([stat, value]) => [stat, { value, unit, samples }]));
}

function statsOf(metric: MetricSummary): Readonly<Record<string, Measurement>> {
  switch (metric.type) {
    case "trend":
      return stated(trendStats(metric.distribution), TREND_UNITS[metric.unit], metric.distribution.count);
    case "counter":
      return { ...stated({ count: metric.count }, "count", 1), ...stated({ rate: metric.perSecond }, "1/s", 1) };
    case "rate":
      return metric.total === 0 ? {} : stated({ rate: metric.passes / metric.total }, "ratio", metric.total);
    case "gauge":
      return stated({ value: metric.value, min: metric.min, max: metric.max }, "count", 1);
  }
}

/** `k6.<metric>.<stat>` for each of the script's own metrics, over the whole test; percentiles only with enough samples. */
export function customMeasurements(custom: Readonly<Record<string, MetricSummary>>): Measurements {
  return Object.fromEntries(
    Object.entries(custom).flatMap(([name, metric]) =>
      Object.entries(statsOf(metric)).map(([stat, measurement]) => [`k6.${name}.${stat}`, measurement]),
    ),
  );
}
