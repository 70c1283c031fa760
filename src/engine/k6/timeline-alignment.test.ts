import { describe, expect, it } from "vitest";
import type { Load } from "../../model/index.ts";
import { assembleTimeline, createTimelineReader, type RecordedPoint } from "./timeline.ts";

const LOAD: Load = { pattern: "smoke", users: 5, warmup: { seconds: 2, users: 5 }, stages: [{ seconds: 4, users: 5 }] };
const ENGINE_START = 1_000_000;

function lines(...rows: readonly (readonly [number, readonly number[]])[]): string[] {
  const start = { event: "start", data: [[ENGINE_START]] };
  const names = { event: "metric", data: { http_reqs: {}, time: {}, vus: {} } };
  const snapshots = rows.map(([at, users]) => ({ event: "snapshot", data: [[10, 10], [ENGINE_START + at], users] }));
  return [start, names, ...snapshots].map((event) => JSON.stringify(event));
}
function read(text: readonly string[]): RecordedPoint[] {
  const reader = createTimelineReader();
  return text.map((line) => reader.read(line)).filter((point) => point !== undefined);
}
/** Window of a load that began `atMs` after the engine. */
function windowFrom(atMs: number): { startedAt: number; seconds: number } {
  return { startedAt: ENGINE_START + atMs + 2000, seconds: 4 };
}

describe("users of a period", () => {
  it("are those counted last when the engine did not count in it: they did not vanish", () => {
    const points = read(lines([1000, [5]], [2000, []], [3000, [4]]));
    expect(points.map(({ users }) => users)).toStrictEqual([5, 5, 4]);
  });

  it("at the beginning of the load are those it began with, not the 0 of before", () => {
    const points = read(lines([1000, [0]], [2000, []], [3000, [5]], [4000, [0]]));
    const timeline = assembleTimeline({ points, startedAt: ENGINE_START, loadAt: undefined }, LOAD, windowFrom(20));
    expect(timeline?.points.map(({ users }) => users)).toStrictEqual([5, 5, 5, 0]);
  });

  it("stay 0 where the engine counted 0 in the load", () => {
    const points = read(lines([1000, [0]], [2000, [0]], [3000, [0]]));
    const timeline = assembleTimeline({ points, startedAt: ENGINE_START, loadAt: undefined }, LOAD, windowFrom(20));
    expect(timeline?.points.map(({ users }) => users)).toStrictEqual([0, 0, 0]);
  });
});

describe("the judged part", () => {
  it("counts from the start of the load, not of the engine: a setup of 2.5 s is no part of it", () => {
    const points = read(lines([1000, [0]], [2000, [0]], [3000, [5]], [4000, [5]]));
    const timeline = assembleTimeline({ points, startedAt: ENGINE_START, loadAt: undefined }, LOAD, windowFrom(2500));
    expect(timeline?.judged).toStrictEqual({ from: 2, to: 6 });
    expect(timeline?.points.map(({ at, seconds }) => [at, seconds])).toStrictEqual([
      [0.5, 0.5],
      [1.5, 1],
    ]);
  });

  it("counts from the start of the engine where that of the load is not known", () => {
    const points = read(lines([1000, [0]], [2000, [5]]));
    const timeline = assembleTimeline({ points, startedAt: ENGINE_START, loadAt: undefined }, LOAD, undefined);
    expect(timeline?.points.map(({ at }) => at)).toStrictEqual([1, 2]);
  });

  it("falls back on the engine's own record of the load's start where there is no whole summary", () => {
    const points = read(lines([1000, [0]], [2000, [5]]));
    const recorded = { points, startedAt: ENGINE_START, loadAt: ENGINE_START + 1500 };
    expect(assembleTimeline(recorded, LOAD, undefined)?.points.map(({ at }) => at)).toStrictEqual([0.5]);
  });
});
