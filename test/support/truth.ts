import { expect } from "vitest";
import { PHASE_TAG } from "../../src/engine/k6/names.ts";
import type { Distribution, Measurement, Measurements } from "../../src/model/index.ts";
import { percentile, sum, valuesOf, type Sample } from "./samples.ts";

/** Tags of a request that was begun in the judged window. */
export const JUDGED = { [PHASE_TAG]: "judged" };

/** Every measurement of the catalogue but `error_rate` and `concurrent_users`, from raw samples alone. */
export function measuredBy(samples: readonly Sample[], judgedSeconds: number): Measurements {
  const latency = valuesOf(samples, "http_req_duration", { ...JUDGED, expected_response: "true" });
  const requests = valuesOf(samples, "http_reqs", JUDGED).length;
  const iterations = valuesOf(samples, "iterations", JUDGED).length;
  const quantile = (q: number): Measurement => ({
    value: percentile(latency, q) / 1000,
    unit: "s",
    samples: latency.length,
  });
  return {
    latency_p50: quantile(0.5),
    latency_p95: quantile(0.95),
    latency_p99: quantile(0.99),
    requests: { value: requests, unit: "count", samples: requests },
    throughput: { value: requests / judgedSeconds, unit: "1/s", samples: requests },
    conversations: { value: iterations, unit: "count", samples: iterations },
    dropped_iterations: { value: 0, unit: "count", samples: iterations },
  };
}

/** `k6.<name>.<stat>` of a trend over the whole test; `perUnit` raw units make one of ours (1000 ms a second). */
export function trendBy(samples: readonly Sample[], name: string, perUnit: number): Measurements {
  const values = valuesOf(samples, name, {});
  const stats = {
    avg: sum(values) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    med: percentile(values, 0.5),
    "p(90)": percentile(values, 0.9),
    "p(95)": percentile(values, 0.95),
    "p(99)": percentile(values, 0.99),
  };
  const unit = perUnit === 1 ? "count" : "s";
  return Object.fromEntries(
    Object.entries(stats).map(([stat, value]) => [
      `k6.${name}.${stat}`,
      { value: value / perUnit, unit, samples: values.length },
    ]),
  );
}

/** Equal up to what adding and dividing doubles in another order can do: 1e-9 of the value. */
export function expectSame(actual: Measurements, expected: Measurements): void {
  for (const [name, { value, ...rest }] of Object.entries(expected)) {
    expect({ name, ...actual[name] }).toMatchObject({ name, ...rest });
    expectClose(actual[name]?.value, value, name);
  }
}

export function expectClose(actual: number | undefined, expected: number, name: string): void {
  const tolerance = Math.max(Math.abs(expected) * 1e-9, 1e-15);
  const distance = Math.abs((actual ?? Number.NaN) - expected);
  if (!(distance <= tolerance)) expect.fail(`${name} is ${String(actual)}, not ${String(expected)}`);
}

/** Every point of the grid, in milliseconds on the raw side. */
export function expectSameDistribution(actual: Distribution, rawMs: readonly number[]): void {
  expect(actual.count).toBe(rawMs.length);
  expectClose(actual.min, Math.min(...rawMs) / 1000, "min");
  expectClose(actual.max, Math.max(...rawMs) / 1000, "max");
  expectClose(actual.mean, sum(rawMs) / rawMs.length / 1000, "mean");
  expect(actual.quantiles.length).toBeGreaterThanOrEqual(30);
  for (const [q, value] of actual.quantiles) expectClose(value, percentile(rawMs, q) / 1000, `quantile ${q}`);
}
