import { describe, expect, it } from "vitest";
import type { LoadFacts, MetricSummary } from "../model/index.ts";
import { distributionOf, factsOf, factsWithFailures, times } from "../../test/support/facts.ts";
import { effectiveObjectives, measurementsOf } from "./measure.ts";
import { samplesNeeded } from "./quantiles.ts";

function names(facts: LoadFacts): readonly string[] {
  return Object.keys(measurementsOf(facts, undefined, [])).sort();
}
function custom(metric: MetricSummary): ReturnType<typeof measurementsOf> {
  const all = measurementsOf({ ...factsOf(1), custom: { mine: metric } }, undefined, []);
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("k6.")));
}

describe("latency", () => {
  it.each([
    [0.5, 20],
    [0.9, 100],
    [0.95, 200],
    [0.99, 1000],
    [0.999, 10_000],
  ])("at q = %d needs %d samples", (q, needed) => expect(samplesNeeded(q)).toBe(needed));

  it.each([
    [19, []],
    [20, ["latency_p50"]],
    [199, ["latency_p50"]],
    [200, ["latency_p50", "latency_p95"]],
    [999, ["latency_p50", "latency_p95"]],
    [1000, ["latency_p50", "latency_p95", "latency_p99"]],
  ])("of %d samples gives %j", (count, expected) => {
    expect(names(factsOf(count)).filter((name) => name.startsWith("latency"))).toStrictEqual(expected);
  });
  it("is the exact quantile with unit and samples", () => {
    const samples = Array.from({ length: 1001 }, (_, i) => i / 1000);
    const measured = measurementsOf({ ...factsOf(1001), latency: distributionOf(samples) }, undefined, []);
    expect(measured.latency_p95).toStrictEqual({ value: 0.95, unit: "s", samples: 1001 });
    expect(measured.latency_p50?.value).toBe(0.5);
    expect(measured.latency_p99?.value).toBe(0.99);
  });
  it("is absent when the grid lacks the quantile, even with neighbours", () => {
    const facts = factsOf(1000);
    const quantiles = facts.latency.quantiles.filter(([q]) => q !== 0.95);
    expect(names({ ...facts, latency: { ...facts.latency, quantiles } })).not.toContain("latency_p95");
  });
  it("counts successful answers only", () => {
    expect(names(factsWithFailures(1000, 801))).not.toContain("latency_p95");
    expect(names(factsWithFailures(1000, 800))).toContain("latency_p95");
  });
});

describe("counts", () => {
  it("divide by the judged window", () => {
    expect(measurementsOf(factsOf(448), undefined, [])).toMatchObject({
      requests: { value: 448, unit: "count", samples: 448 },
      throughput: { value: 4.48, unit: "1/s", samples: 448 },
      conversations: { value: 448, unit: "count", samples: 448 },
      dropped_iterations: { value: 0, unit: "count", samples: 448 },
    });
  });
  it("are measured zeros where nothing was asked; latency and errors are then not measured", () => {
    const measured = measurementsOf(factsOf(0), undefined, []);
    expect(measured).toMatchObject({ requests: { value: 0 }, throughput: { value: 0 } });
    expect(Object.keys(measured)).not.toContain("error_rate");
    expect(Object.keys(measured)).not.toContain("latency_p50");
  });
  it("give no throughput over a window of no length", () => {
    const facts = factsOf(5);
    expect(names({ ...facts, window: { ...facts.window, seconds: 0 } })).not.toContain("throughput");
  });
});

describe("a script's own metrics", () => {
  it("are counters with count and rate", () => {
    expect(custom({ type: "counter", count: 7, perSecond: 0.7 })).toStrictEqual({
      "k6.mine.count": { value: 7, unit: "count", samples: 1 },
      "k6.mine.rate": { value: 0.7, unit: "1/s", samples: 1 },
    });
  });
  it("are rates, unless empty", () => {
    const rate = { value: 0.75, unit: "ratio", samples: 4 };
    expect(custom({ type: "rate", passes: 3, total: 4 })).toStrictEqual({ "k6.mine.rate": rate });
    expect(custom({ type: "rate", passes: 0, total: 0 })).toStrictEqual({});
  });
  it("are gauges with value, min and max", () => {
    const gauge = custom({ type: "gauge", value: 2, min: 1, max: 3 });
    expect(Object.values(gauge).map(({ value }) => value)).toStrictEqual([2, 1, 3]);
    expect(Object.keys(gauge)).toStrictEqual(["k6.mine.value", "k6.mine.min", "k6.mine.max"]);
  });
  it.each([
    [0, []],
    [1, ["avg", "min", "max"]],
    [20, ["avg", "min", "max", "med"]],
    [99, ["avg", "min", "max", "med"]],
    [100, ["avg", "min", "max", "med", "p(90)"]],
    [200, ["avg", "min", "max", "med", "p(90)", "p(95)"]],
    [1000, ["avg", "min", "max", "med", "p(90)", "p(95)", "p(99)"]],
  ])("are trends whose percentiles need samples: %d give %j", (count, stats) => {
    const trend = custom({ type: "trend", unit: "s", distribution: distributionOf(times(count, 2)) });
    expect(Object.keys(trend)).toStrictEqual(stats.map((stat) => `k6.mine.${stat}`));
    for (const m of Object.values(trend)) expect(m).toMatchObject({ unit: "s", samples: count });
  });
});

describe("facts that contradict themselves", () => {
  const facts = factsOf(1000);
  it.each([
    ["more failed than sent", { requests: { count: 1000, failed: 1001 } }],
    ["half a request", { requests: { count: 1000.5, failed: 0 } }],
    ["a negative count", { exceptions: { afterGood: -1, afterFailed: 0, withoutRequest: 0 } }],
    ["more latencies than good answers", { requests: { count: 1000, failed: 1 } }],
    ["a negative window", { window: { startedAt: 0, seconds: -1 } }],
    ["no number", { latency: { ...facts.latency, mean: Number.NaN } }],
    ["infinity", { custom: { x: { type: "gauge", value: Infinity, min: 0, max: 0 } } }],
    ["a negative latency", { latency: { ...facts.latency, min: -1 } }],
    ["falling quantiles", { latency: { ...facts.latency, quantiles: [[0.5, 0.1], [0.95, 0.09]] } }], // prettier-ignore
    ["a quantile twice", { latency: { ...facts.latency, quantiles: [[0.5, 0.1], [0.5, 0.1]] } }], // prettier-ignore
    ["a quantile above the maximum", { latency: { ...facts.latency, quantiles: [[0.5, 0.2]] } }],
    ["a rate beyond its total", { custom: { x: { type: "rate", passes: 2, total: 1 } } }],
    ["a disordered trend", { custom: { x: { type: "trend", unit: "s", distribution: { ...facts.latency, max: 0 } } } }],
  ] as const)("give no measurement: %s", (_, change) => {
    expect(measurementsOf({ ...facts, ...change }, undefined, [])).toStrictEqual({});
  });
  it("are not those of answers in no time", () => {
    expect(measurementsOf(factsOf(200, 0), undefined, []).latency_p95).toMatchObject({ value: 0 });
  });
  it("are not those of an engine whose interpolation is one rounding error off", () => {
    const quantiles = [[0.5, 0.10000000000000002], [0.95, 0.1], [1, 0.10000000000000002]] as const; // prettier-ignore
    expect(names({ ...facts, latency: { ...facts.latency, quantiles } })).toContain("latency_p95");
  });
});

describe("effectiveObjectives", () => {
  it("adds an error objective only where there is none", () => {
    expect(effectiveObjectives([]).map(({ condition }) => condition)).toStrictEqual(["< 1%"]);
    const own = [{ measurement: "error_rate", comparator: "<", limit: 0.5, condition: "< 50%" }] as const;
    expect(effectiveObjectives(own)).toBe(own);
  });
});
