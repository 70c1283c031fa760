import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Comparator, Objective, Unit } from "../model/index.ts";
import { atMost, decimalOf, minus } from "./decimal.ts";
import { meets, verdictAt } from "./limits.ts";

function objective(comparator: Comparator, limit: number): Objective {
  return { measurement: "x", comparator, limit, condition: `${comparator} ${String(limit)}` };
}
const comparators = fc.constantFrom<Comparator>("<", "<=", ">", ">=");
const units = fc.constantFrom<Unit>("s", "ratio", "count");
const RANK = { pass: 0, warning: 1, fail: 2 };

describe("verdictAt", () => {
  it.each([
    ["<", 0.2, "s", 0.19999999999999998, "pass"],
    ["<", 0.2, "s", 0.2, "warning"],
    ["<=", 0.2, "s", 0.2, "pass"],
    ["<=", 0.2, "s", 0.20000000000000004, "warning"],
    ["<", 0.2, "s", 0.22, "warning"],
    ["<", 0.2, "s", 0.22000000000000003, "fail"],
    ["<", 0.3, "s", 0.33, "warning"],
    ["<", 0.3, "s", 0.33000000000000007, "fail"],
    ["<", 0.7, "s", 0.77, "warning"],
    ["<", 0.01, "ratio", 0.011, "warning"],
    ["<", 0.01, "ratio", 0.011000000000000001, "fail"],
    [">=", 100, "count", 100, "pass"],
    [">", 100, "count", 100, "warning"],
    [">=", 100, "count", 99, "warning"],
    [">=", 100, "count", 90, "warning"],
    [">=", 100, "count", 89.99999999999999, "fail"],
    [">=", 0.999, "ratio", 0.999, "pass"],
    [">=", 0.999, "ratio", 0.9989, "warning"],
    [">=", 0.999, "ratio", 0.9988999999999999, "fail"],
    [">=", 0.9, "ratio", 0.89, "warning"],
    [">=", 0.9, "ratio", 0.8899999999999999, "fail"],
    [">=", 0.89, "ratio", 0.801, "warning"],
    [">=", 0.89, "ratio", 0.8009999999999999, "fail"],
    [">=", 0.9, "1/s", 0.81, "warning"],
    ["<=", 0.9, "ratio", 0.99, "warning"],
    [">=", 1, "ratio", 1, "pass"],
    [">=", 1, "ratio", 0.9999999999999999, "fail"],
    [">", 1, "ratio", 1, "fail"],
    [">=", 1.5, "ratio", 1.35, "warning"],
    ["<=", 0, "ratio", 0, "pass"],
    ["<=", 0, "ratio", 5e-324, "fail"],
    ["<", 0, "ratio", 0, "fail"],
    [">", 0, "count", 0, "fail"],
    [">=", -10, "count", -11, "warning"],
    [">=", -10, "count", -11.000000000000002, "fail"],
    ["<", 1e-7, "s", 1.1e-7, "warning"],
    ["<", 1e21, "count", 1.1e21, "warning"],
    ["<", 1e21, "count", 1.2e21, "fail"],
  ] as const)("%s %d (%s): %d is a %s", (...[comparator, limit, unit, value, verdict]) => {
    expect(verdictAt(value, objective(comparator, limit), unit)).toBe(verdict);
  });

  it("gets no better as the value gets worse", () => {
    const number = fc.double({ min: -10, max: 1000, noNaN: true });
    fc.assert(
      fc.property(comparators, number, units, fc.tuple(number, number), (...[comparator, limit, unit, [a, b]]) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const [better, worse] = comparator.startsWith("<") ? [low, high] : [high, low];
        const o = objective(comparator, limit);
        expect(RANK[verdictAt(worse, o, unit)]).toBeGreaterThanOrEqual(RANK[verdictAt(better, o, unit)]);
      }),
    );
  });

  it("does not depend on the scale of the numbers", () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        comparators,
        whole,
        whole,
        fc.integer({ min: -6, max: 12 }),
        (...[comparator, value, limit, power]) => {
          const scaled = (n: number): number => Number(`${String(n)}e${String(power)}`);
          expect(verdictAt(scaled(value), objective(comparator, scaled(limit)), "s")).toBe(
            verdictAt(value, objective(comparator, limit), "s"),
          );
        },
      ),
    );
  });

  it("agrees with whole-number arithmetic everywhere near the edge", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: -3, max: 3 }), (tens, offset) => {
        const value = (tens * 11 + offset) / 1000;
        expect(verdictAt(value, objective("<", (tens * 10) / 1000), "s") === "fail").toBe(offset > 0);
      }),
    );
  });
});

describe("meets", () => {
  it("is false for NaN with every comparator", () => {
    for (const c of ["<", "<=", ">", ">="] as const) expect(meets(Number.NaN, objective(c, 1))).toBe(false);
  });
});

describe("decimals", () => {
  it("reads the shortest text of a double", () => {
    expect(decimalOf(0.22)).toStrictEqual({ digits: 22n, exponent: -2 });
    expect(decimalOf(-1.5e-7)).toStrictEqual({ digits: -15n, exponent: -8 });
    expect(minus(decimalOf(0.3), decimalOf(0.1))).toStrictEqual({ digits: 2n, exponent: -1 });
  });
  it("orders as the doubles do", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, (a, b) => {
        expect(atMost(decimalOf(a), decimalOf(b))).toBe(a <= b);
      }),
    );
  });
  it("refuses what is no number", () => {
    expect(() => decimalOf(Number.NaN)).toThrow(RangeError);
    expect(() => decimalOf(Infinity)).toThrow(RangeError);
  });
});
