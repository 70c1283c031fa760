import fc from "fast-check";
import { expect, it } from "vitest";
import type { TimelinePoint } from "../model/index.ts";
import { downsample } from "./downsample.ts";

const point = fc.record({
  users: fc.nat(500),
  requests: fc.nat(5000),
  failed: fc.nat(5000),
  p: fc.option(fc.double({ min: 0.001, max: 60, noNaN: true }), { nil: undefined }),
});
const points = fc.array(point, { minLength: 1, maxLength: 400 }).map((list) =>
  list.map(({ p, failed, ...rest }, index): TimelinePoint => ({
    ...rest,
    at: index + 1,
    seconds: 1,
    failed: Math.min(failed, rest.requests),
    ...(p !== undefined && { latency: { min: p, p50: p, p90: p, p95: p * 2, p99: p * 3, max: p * 4 } }),
  })),
);

it("keeps sums exact and hides no extreme", () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 120 }), (all, most) => {
      const buckets = downsample(all, most);
      expect(buckets.length).toBeLessThanOrEqual(most);
      expect(buckets.reduce((sum, b) => sum + b.requests, 0)).toBe(all.reduce((sum, p) => sum + p.requests, 0));
      expect(buckets.reduce((sum, b) => sum + b.failed, 0)).toBe(all.reduce((sum, p) => sum + p.failed, 0));
      expect(Math.max(...buckets.map((b) => b.users))).toBe(Math.max(...all.map((p) => p.users)));
      expect(Math.max(...buckets.map((b) => b.perSecond.high))).toBe(Math.max(...all.map((p) => p.requests)));
      expect(Math.max(...buckets.map((b) => b.latency?.p99 ?? 0))).toBe(
        Math.max(...all.map((p) => p.latency?.p99 ?? 0)),
      );
      expect(buckets.at(-1)?.to).toBe(all.length);
      expect(buckets[0]?.from).toBe(0);
    }),
  );
});

it("leaves a short timeline as it is, with gaps where nothing was answered", () => {
  const silent: TimelinePoint = { at: 1, seconds: 1, users: 3, requests: 0, failed: 0 };
  expect(downsample([silent], 10)).toEqual([
    { from: 0, to: 1, users: 3, requests: 0, perSecond: { mean: 0, low: 0, high: 0 }, failed: 0, errorRatio: 0 },
  ]);
  expect(downsample([], 10)).toEqual([]);
});
