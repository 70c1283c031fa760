import { describe, expect, it } from "vitest";
import { pointOf, timelineOf, times } from "../../test/support/facts.ts";
import type { Timeline } from "../model/index.ts";
import { warmupUnsettled } from "./warmup.ts";

/** Seeded (mulberry32), so that a count of false alarms is the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
function normalOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
/** A minute of 10 users; each second has one latency. */
function minute(latencyAt: (second: number) => number, users = 10): Timeline {
  return timelineOf(times(60, users), (second) => times(5, latencyAt(second)));
}

describe("warmup_unsettled", () => {
  it("is said when the first seconds of the judged window are clearly slower than the settled rest", () => {
    const found = warmupUnsettled(minute((second) => 0.2 + 0.3 * Math.exp(-second / 8)));
    expect(found?.code).toBe("warmup_unsettled");
    expect(found?.text).toContain("Make the warm-up longer");
  });
  it("is not said when the target becomes slower: that is the target's, not the warm-up's", () => {
    expect(warmupUnsettled(minute((second) => 0.2 + second / 100))).toBeUndefined();
  });
  it("is not said of a few milliseconds, as programs have that were just started", () => {
    expect(warmupUnsettled(minute((second) => 0.001 + 0.008 * Math.exp(-second / 8)))).toBeUndefined();
  });
  it("is not said of a single slow second, however slow", () => {
    expect(warmupUnsettled(minute((second) => (second === 1 ? 5 : 0.2)))).toBeUndefined();
  });
  it("is not said where the users change: they change the latency themselves", () => {
    const users = Array.from({ length: 60 }, (_, second) => (second < 12 ? 200 : 20));
    expect(warmupUnsettled(timelineOf(users, (second) => times(5, second < 12 ? 1 : 0.1)))).toBeUndefined();
  });
  it("is not said where seconds without an answer leave gaps, nor of fewer than 20 seconds", () => {
    const slowFirst = (second: number): number => (second < 12 ? 1 : 0.1);
    expect(warmupUnsettled(timelineOf(times(60, 10), (s) => (s % 5 === 0 ? [] : [slowFirst(s)])))).toBeUndefined();
    expect(warmupUnsettled(timelineOf(times(19, 10), (s) => [s < 4 ? 1 : 0.1]))).toBeUndefined();
  });
  it("looks at the judged window alone: a slow warm-up before it is what it is for", () => {
    const points = Array.from({ length: 80 }, (_, second) => pointOf(second + 1, 10, [second < 20 ? 2 : 0.1]));
    expect(warmupUnsettled({ judged: { from: 20, to: 80 }, points })).toBeUndefined();
  });

  /** Noise of one second's median: `correlated` of it stays from one second to the next. */
  function alarms(seconds: number, sigma: number, correlated: number): number {
    const normal = normalOf(randomOf(7));
    const runs = Math.max(300, 40_000 / seconds);
    let found = 0;
    for (let run = 0; run < runs; run += 1) {
      let level = normal();
      const timeline = timelineOf(times(seconds, 10), () => {
        level = correlated * level + Math.sqrt(1 - correlated ** 2) * normal();
        return [0.2 * Math.exp(sigma * level)];
      });
      if (warmupUnsettled(timeline) !== undefined) found += 1;
    }
    return found / runs;
  }
  it.each([
    [20, 0.1, 0],
    [20, 0.5, 0],
    [30, 1, 0],
    [60, 0.3, 0.5],
    [60, 0.5, 0.8],
    [600, 0.5, 0.9],
  ])(
    "of %d s of steady noise (sigma %d, %d of it kept) makes less than one false alarm in a hundred",
    (seconds, sigma, kept) => {
      expect(alarms(seconds, sigma, kept)).toBeLessThan(0.01);
    },
  );
});
