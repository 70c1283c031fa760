import fc from "fast-check";
import { expect, it } from "vitest";
import type { Distribution } from "../model/index.ts";
import { distributionOf } from "../../test/fixtures/records/build.ts";
import { sharesOf } from "./histogram.ts";

const samples = fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 1, maxLength: 300 });

function position(d: Distribution): (value: number) => number {
  return (value) => (d.max > d.min ? (value - d.min) / (d.max - d.min) : 0.5);
}

it("shares out every answer once, whatever the samples and ties", () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 90 }), (values, bars) => {
      const d = distributionOf(values);
      const shares = sharesOf(d, bars, position(d));
      expect(shares).toHaveLength(bars);
      expect(shares.every((share) => share >= 0)).toBe(true);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }),
  );
});

it("is exact at the quantiles of the grid", () => {
  const d: Distribution = {
    count: 1000,
    min: 0,
    max: 1,
    mean: 0.3,
    quantiles: [
      [0, 0],
      [0.5, 0.2],
      [0.95, 0.6],
      [1, 1],
    ],
  };
  const shares = sharesOf(d, 5, (value) => value);
  expect(shares[0]).toBeCloseTo(0.5);
  expect((shares[1] ?? 0) + (shares[2] ?? 0)).toBeCloseTo(0.45);
  expect((shares[3] ?? 0) + (shares[4] ?? 0)).toBeCloseTo(0.05);
});

it("puts many answers of one value into one bar", () => {
  const d = distributionOf([...Array.from({ length: 900 }, () => 0.1), ...Array.from({ length: 100 }, () => 0.9)]);
  const shares = sharesOf(d, 10, (value) => value);
  expect(shares[1]).toBeGreaterThanOrEqual(0.895);
});

it("ignores quantiles that are no numbers", () => {
  const d: Distribution = {
    count: 3,
    min: 1,
    max: 2,
    mean: 1.5,
    quantiles: [
      [0.5, NaN],
      [0.9, 1.5],
    ],
  };
  expect(sharesOf(d, 4, (v) => v - 1).every(Number.isFinite)).toBe(true);
});
