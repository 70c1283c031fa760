import { expect, it } from "vitest";
import { figureRow, metBy, percentile } from "./daemon-figure.ts";

it("a limit is met only if every repetition met it", () => {
  expect(metBy([1, 2], 3)).toBe("met");
  expect(metBy([1, 2, 4], 3)).toBe("met by the median");
  expect(metBy([1, 4, 5], 3)).toBe("missed by the median");
  expect(metBy([3, 4], 3)).toBe("missed");
});

it("nothing measured meets no limit", () => {
  expect(metBy([], 3)).toBe("not measured");
  expect(metBy([NaN], 3)).toBe("not measured");
});

it("a percentile is a value that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.99), percentile(hundred, 0.5), percentile([7], 0.99)]).toEqual([99, 50, 7]);
});

it("a row says what was measured, how often, and what was wanted", () => {
  const row = figureRow({ what: "memory", unit: "MiB", values: [101, 99, 100], limit: 120 });
  expect(row).toEqual(["**memory**", "100 MiB", "99 MiB to 101 MiB", "3", "< 120 MiB", "met"]);
});
