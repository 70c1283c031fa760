import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArrivalKind, OpenLoad } from "../model/index.ts";
import { arrivalPlan, createArrivals, expectedArrivals } from "./arrivals.ts";
import { loadFor } from "./patterns.ts";

type Shape = Pick<OpenLoad, "warmup" | "stages" | "arrivals" | "seed">;

function steady(rate: number, seconds: number, arrivals: ArrivalKind): Shape {
  return { warmup: { seconds: 0, rate }, stages: [{ seconds, rate }], arrivals, seed: 1 };
}

/** All instants of a load in seconds. */
function instants(load: Shape): readonly number[] {
  const plan = arrivalPlan(load);
  const at = createArrivals(plan, plan.blocks);
  return Array.from({ length: plan.total }, (_, index) => at(index) / 1000);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("constant arrivals", () => {
  it("come at i / rate, exactly as many as the load lasts for", () => {
    expect(instants(steady(10, 0.8, "constant"))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(instants(steady(10, 10.1, "constant"))).toHaveLength(101);
  });

  it("under a ramp each comes where the integral of the rate reaches its number", () => {
    // From 0 to 10/s over 20 s: t² / 4 arrivals until t.
    const load = { ...steady(0, 20, "constant"), stages: [{ seconds: 20, rate: 10 }] };
    const all = instants(load);
    expect(all).toHaveLength(100);
    all.forEach((at, index) => expect(at).toBeCloseTo(Math.sqrt(4 * index), 9));
  });

  it("of a pattern: those of the warm-up come before the judged ones, and a jump changes the pace at once", () => {
    const result = loadFor({ pattern: "spike", rate: 10, durationSeconds: 10, warmupSeconds: 5 });
    if ("problem" in result || !("rate" in result.load)) throw new Error("no open load");
    const plan = arrivalPlan(result.load);
    const all = instants(result.load);
    expect(plan.judgedFrom).toBe(5); // a tenth of the rate
    expect(all.filter((at) => at < 5)).toHaveLength(5);
    expect(all.filter((at) => at >= 7 && at < 11)).toHaveLength(40);
    expect(plan.total).toBe(5 + 2 + 40 + 4);
  });
});

describe("Poisson arrivals", () => {
  const second = (load: Shape, seconds: number): readonly number[] => {
    const counts = Array.from({ length: seconds }, () => 0);
    for (const at of instants(load)) counts[Math.floor(at)] = (counts[Math.floor(at)] ?? 0) + 1;
    return counts;
  };

  it("have counts a second whose mean and variance are the rate", () => {
    const counts = second(steady(20, 5_000, "poisson"), 5_000);
    const average = mean(counts);
    // Five standard errors: sqrt(20 / 5000) of the mean, 20 * sqrt(2 / 5000) of the variance.
    expect(Math.abs(average - 20)).toBeLessThan(5 * Math.sqrt(20 / 5_000));
    expect(Math.abs(mean(counts.map((n) => (n - average) ** 2)) - 20)).toBeLessThan(5 * 20 * Math.sqrt(2 / 5_000));
  });

  it.each([1, 2, 3])("have exponential gaps (Kolmogorov-Smirnov, seed %d)", (seed) => {
    const all = instants({ ...steady(50, 400, "poisson"), seed });
    const gaps = all.slice(1).map((at, index) => at - (all[index] ?? 0));
    const sorted = gaps.toSorted((a, b) => a - b);
    const n = sorted.length;
    const distance = Math.max(
      ...sorted.map((gap, index) => {
        const truth = 1 - Math.exp(-50 * gap);
        return Math.max(Math.abs(truth - index / n), Math.abs(truth - (index + 1) / n));
      }),
    );
    expect(n).toBeGreaterThan(19_000);
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n)); // one in a thousand of true ones is further off
  });

  it("follow a ramp: the time at which each came, seen on the integral of the rate, is uniform", () => {
    const load: Shape = { ...steady(0, 1_000, "poisson"), seed: 5, stages: [{ seconds: 1_000, rate: 40 }] };
    const all = instants(load);
    const places = all.map((at) => (at / 1_000) ** 2);
    const distance = Math.max(...places.map((place, index) => Math.abs(place - index / all.length)));
    expect(Math.abs(all.length - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(all.length));
  });

  it("are the same for the same seed, others for another, and each is found without those before it", () => {
    const load = { ...steady(30, 60, "poisson"), seed: 7 };
    const plan = arrivalPlan(load);
    const all = instants(load);
    expect(instants(load)).toEqual(all);
    expect(instants({ ...load, seed: 8 }).slice(0, 5)).not.toEqual(all.slice(0, 5));
    for (const index of [1700, 3, 900, plan.total - 1]) {
      expect(createArrivals(plan, plan.blocks)(index) / 1000).toBe(all[index]);
    }
  });
});

describe("any arrivals", () => {
  it("rise, lie inside the load, and are as many as expected", () => {
    const stage = fc.record({ seconds: fc.integer({ min: 0, max: 30 }), rate: fc.integer({ min: 0, max: 60 }) });
    fc.assert(
      fc.property(
        fc.record({ seconds: fc.integer({ min: 0, max: 10 }), rate: fc.integer({ min: 0, max: 20 }) }),
        fc.array(stage, { minLength: 1, maxLength: 4 }),
        fc.constantFrom<ArrivalKind>("constant", "poisson"),
        (warmup, stages, arrivals) => {
          const load = { warmup, stages, arrivals, seed: 3 };
          const seconds = stages.reduce((sum, one) => sum + one.seconds, warmup.seconds);
          const all = instants(load);
          const { judgedFrom, total } = arrivalPlan(load);
          expect(all.every((at, index) => at >= (all[index - 1] ?? 0) && at <= seconds + 1e-6)).toBe(true);
          expect(all.slice(0, judgedFrom).every((at) => at <= warmup.seconds + 1e-6)).toBe(true);
          expect(all.slice(judgedFrom).every((at) => at >= warmup.seconds - 1e-6)).toBe(true);
          const expected = expectedArrivals(warmup, stages);
          const [least, most] =
            arrivals === "constant"
              ? [Math.ceil(expected - 1e-9), Math.ceil(expected - 1e-9)]
              : [expected - 6 * Math.sqrt(expected) - 6, expected + 6 * Math.sqrt(expected) + 6];
          expect(total).toBeGreaterThanOrEqual(least);
          expect(total).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 60 },
    );
  });
});
