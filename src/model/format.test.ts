import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBeside, formatCount, formatLimit, formatValue } from "./format.ts";

describe("formatValue", () => {
  it.each([
    [0.183, "s", "183 ms"],
    [0.0183, "s", "18.3 ms"],
    [1.25, "s", "1.25 s"],
    [0.9996, "s", "1 s"],
    [0.9994, "s", "999 ms"],
    [0.00085, "s", "850 µs"],
    [0, "s", "0 ms"],
    [125.4, "s", "125 s"],
    [0.0042, "ratio", "0.42 %"],
    [0.0011, "ratio", "0.11 %"],
    [0.999, "ratio", "99.9 %"],
    [0.9989, "ratio", "99.89 %"],
    [0.99999, "ratio", "99.999 %"],
    [1, "ratio", "100 %"],
    [0, "ratio", "0 %"],
    [0.123456, "ratio", "12.3 %"],
    [448.2, "1/s", "448/s"],
    [0.25, "1/s", "0.25/s"],
    [24310, "count", "24,310"],
    [1234567, "count", "1,234,567"],
    [100, "count", "100"],
    [64 * 1024 ** 2, "bytes", "64.0 MiB"],
    [512, "bytes", "512 B"],
    [1536, "bytes/s", "1.50 KiB/s"],
    [1.5, "cores", "1.5 cores"],
    [0.0042, "usd", "$0.00420"],
    [52.31, "tokens/s", "52.3 tokens/s"],
    [Number.NaN, "s", "not a number"],
    [Infinity, "count", "not a number"],
  ] as const)("shows %d %s as %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it("separates thousands", () => expect(formatCount(24_310)).toBe("24,310"));
});

describe("formatBeside", () => {
  it.each([
    [0.2004, 0.2, "s", "200.4 ms"],
    [0.19996, 0.2, "s", "199.96 ms"],
    [0.2, 0.2, "s", "200 ms"],
    [0.20046, 0.20045, "s", "200.5 ms"],
    [0.99994, 1, "s", "999.9 ms"],
    [0.0100004, 0.01, "ratio", "1.00004 %"],
    [0.9989, 0.999, "ratio", "99.89 %"],
    [0.183, 0.2, "s", "183 ms"],
  ] as const)("shows %d beside %d %s as %s", (...[value, limit, unit, text]) => {
    expect(formatBeside(value, limit, unit)).toBe(text);
  });

  it("never shows two different numbers alike when at most twelve digits tell them apart", () => {
    const numbers = fc.integer({ min: 1, max: 10 ** 12 }).map((n) => n / 10 ** 9);
    fc.assert(
      fc.property(numbers, numbers, fc.constantFrom("s" as const, "ratio" as const, "count" as const), (a, b, unit) => {
        fc.pre(a !== b);
        expect(formatBeside(a, b, unit)).not.toBe(formatLimit(b, unit));
      }),
    );
  });
});

describe("formatLimit", () => {
  it.each([
    [0.2, "s", "200 ms"],
    [0.2005, "s", "200.5 ms"],
    [0.01, "ratio", "1 %"],
    [0.999, "ratio", "99.9 %"],
    [0.99999, "ratio", "99.999 %"],
    [100, "count", "100"],
    [0.00123456, "s", "1.23456 ms"],
  ] as const)("shows the limit %d %s as %s", (limit, unit, text) => {
    expect(formatLimit(limit, unit)).toBe(text);
  });
});
