import { describe, expect, it } from "vitest";
import { median, medianInterval, slopeInterval } from "./statistics.ts";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe("statistics of the bench", () => {
  it("takes the middle of an odd and of an even number of values", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, NaN]);
  });

  it("gives the ranks of the sign test, as tables have them", () => {
    // n = 20: ranks 6 and 15, 95.9 %; n = 10: ranks 2 and 9, 97.9 %.
    expect(medianInterval(upTo(20))).toMatchObject({ median: 10.5, low: 6, high: 15 });
    expect(medianInterval(upTo(20)).confidence).toBeCloseTo(0.9586, 4);
    expect(medianInterval(upTo(10))).toMatchObject({ low: 2, high: 9 });
    expect(medianInterval(upTo(10)).confidence).toBeCloseTo(0.9785, 4);
  });

  it("says that few values cannot give 95 %", () => {
    expect(medianInterval(upTo(4))).toMatchObject({ low: 1, high: 4, confidence: 0.875 });
    expect(medianInterval([1]).confidence).toBe(0);
  });

  it("finds the slope of a line in spite of one wild point, and holds it in the interval", () => {
    const points = upTo(12).map((x) => [x, 3 * x + ((x * 7) % 5) * 0.4] as const);
    const { median: slope, low, high } = slopeInterval([...points, [13, 1000]]);
    expect(slope).toBeCloseTo(3, 0);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
  });
});
