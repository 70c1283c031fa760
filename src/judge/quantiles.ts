import type { Distribution } from "../model/index.ts";

/** Fewer than ten samples beyond a quantile say too little about it. */
const SAMPLES_BEYOND = 10;

/** Samples that the quantile q needs: N(1 - q) >= 10, so 20 for P50, 200 for P95, 1000 for P99. */
export function samplesNeeded(q: number): number {
  return Math.ceil(SAMPLES_BEYOND / (1 - q) - 1e-6);
}

/** The value at q if the grid holds exactly that q and there are enough samples, else undefined. */
export function quantileOf(distribution: Distribution, q: number): number | undefined {
  if (distribution.count < samplesNeeded(q)) return undefined;
  return distribution.quantiles.find(([at]) => Math.abs(at - q) < 1e-9)?.[1];
}

/** A Map: names come from configuration files, and an object would answer to `toString`. */
export const LATENCY_QUANTILES: ReadonlyMap<string, number> = new Map([
  ["latency_p50", 0.5],
  ["latency_p95", 0.95],
  ["latency_p99", 0.99],
]);
