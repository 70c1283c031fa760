import { describe, expect, it } from "vitest";
import { quantileMs } from "./latency.ts";
import type { Latency } from "./latency.ts";
import { unitOf } from "./random.ts";

const BIMODAL: Latency = { kind: "bimodal", typicalMs: 40, slowMs: 200, slowShare: 0.1 };
const HEAVY: Latency = { kind: "heavy_tailed", typicalMs: 40, spread: 0.15, maxMs: 2_000 };
const DRAWS = 20_000;

function draws(latency: Latency, seed = 7): number[] {
  return Array.from({ length: DRAWS }, (_, index) => quantileMs(latency, unitOf(seed, "first_token", index))).sort(
    (a, b) => a - b,
  );
}

describe("the latency of the simulated provider", () => {
  it("is the same for every request when constant", () => {
    expect(new Set(draws({ kind: "constant", typicalMs: 25 }))).toEqual(new Set([25]));
  });

  it("is slow for the given share when bimodal, and takes no third value", () => {
    const all = draws(BIMODAL);
    const slow = all.filter((ms) => ms === 200).length;
    expect(all.filter((ms) => ms === 40)).toHaveLength(DRAWS - slow);
    // Five standard deviations of a binomial share.
    expect(Math.abs(slow / DRAWS - 0.1)).toBeLessThan(5 * Math.sqrt((0.1 * 0.9) / DRAWS));
  });

  it("has the quantiles that its formula names when heavy-tailed", () => {
    expect(quantileMs(HEAVY, 0.5)).toBe(40);
    expect(quantileMs(HEAVY, 0.95)).toBeCloseTo(40 * 19 ** 0.15, 10);
    const all = draws(HEAVY);
    for (const q of [0.05, 0.5, 0.9, 0.95, 0.99]) {
      expect(all[Math.ceil(q * DRAWS) - 1]! / quantileMs(HEAVY, q)).toBeCloseTo(1, 1);
    }
  });

  it("never exceeds the longest time that was set", () => {
    expect(quantileMs({ ...HEAVY, maxMs: 90 }, 0.999999)).toBe(90);
  });

  it("repeats for the same seed and differs for another", () => {
    expect(unitOf(7, "first_token", 3)).toBe(unitOf(7, "first_token", 3));
    expect(unitOf(8, "first_token", 3)).not.toBe(unitOf(7, "first_token", 3));
    expect(unitOf(7, "error", 3)).not.toBe(unitOf(7, "first_token", 3));
  });
});
