import { describe, expect, it } from "vitest";
import {
  reason,
  type Clock,
  type Reading,
  type SourceRead,
  type TargetWatch,
  type WatchedPart,
} from "../model/index.ts";
import { startSampling } from "./sampler.ts";

const START = 1_000_000;

/** Time passes only by sleeping, and every sleep lets all others have their turn. */
function fakeClock(): Clock & { readonly at: () => number } {
  const state = { now: START };
  return {
    now: () => state.now,
    at: () => (state.now - START) / 1_000,
    async sleep(milliseconds, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted === true) throw new Error("aborted");
      state.now += milliseconds;
    },
  };
}

const gauge = (name: string, value: number, at?: number): Reading => ({
  ...{ name, title: name, kind: "gauge", unit: "count", value },
  ...(at === undefined ? {} : { at }),
});
const problem: SourceRead = { problem: reason("collector_failed", "It cannot be read.") };

/** A part that gives what `tell` says of its n-th reading, and ends the waiting of the test at the last. */
function part(name: string, readings: number, tell: (index: number) => SourceRead) {
  let done = (): void => undefined;
  const over = new Promise<void>((resolve) => (done = resolve));
  const state = { index: 0 };
  const one: WatchedPart = {
    name,
    read: () => {
      const index = state.index;
      state.index += 1;
      if (state.index === readings) done();
      return Promise.resolve(tell(index));
    },
  };
  return { one, over, readings: () => state.index };
}

const watchOf = (...parts: readonly WatchedPart[]): TargetWatch => ({
  parts,
  facts: () => ({}),
  problems: () => [],
  close: () => Promise.resolve(),
});

describe("reading a target's sources while a trial runs", () => {
  it("reads each second, and once more at the end", async () => {
    const clock = fakeClock();
    const { one, over, readings: asked } = part("redis", 5, (index) => ({ readings: [gauge("a", index)], marks: [] }));
    const sampling = startSampling(watchOf(one), clock);
    await over;
    const { collectors, readings } = await sampling.stop();
    const points = readings[0]!.points;
    expect(points.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((second) => [START + second * 1_000, second]));
    expect(collectors).toEqual([{ name: "redis", reads: asked(), failures: 0 }]);
  });

  it("46: a source that fails costs its readings alone, and is read again", async () => {
    const broken = part("postgres", 6, (index) => (index < 3 ? problem : { readings: [gauge("b", index)], marks: [] }));
    const well = part("redis", 6, (index) => ({ readings: [gauge("a", index)], marks: [] }));
    const sampling = startSampling(watchOf(broken.one, well.one), fakeClock());
    await Promise.all([broken.over, well.over]);
    const { collectors, readings } = await sampling.stop();
    const [postgres, redis] = collectors;
    expect(postgres).toMatchObject({ failures: 3 });
    expect(postgres).not.toHaveProperty("problem");
    expect(redis).toMatchObject({ failures: 0 });
    expect(readings.map(({ name }) => name)).toEqual(["b", "a"]);
  });

  it("46: the last problem is told, and a source that never answered is not waited for at the end", async () => {
    const never = part("postgres", 2, () => problem);
    const sampling = startSampling(watchOf(never.one), fakeClock());
    await never.over;
    const { collectors, readings } = await sampling.stop();
    // The reading under way when it was stopped says nothing.
    expect(collectors).toEqual([{ name: "postgres", reads: 0, failures: 1, problem: "It cannot be read." }]);
    expect(never.readings()).toBe(2);
    expect(readings).toEqual([]);
  });

  it("another process behind a source is told once, and its readings begin anew", async () => {
    const marked = (index: number): SourceRead => ({
      readings: [gauge("a", index)],
      marks: [{ what: "Redis", identity: index < 3 ? "one" : "two" }],
    });
    const { one, over } = part("redis", 6, marked);
    const sampling = startSampling(watchOf(one), fakeClock());
    await over;
    const { restarts, readings } = await sampling.stop();
    expect(restarts).toEqual([{ what: "Redis", after: START + 2_000, by: START + 3_000 }]);
    expect(readings[0]?.resets).toEqual([START + 3_000]);
  });

  it("a source that looks only now and then gives one point for each look, at its own time", async () => {
    const looks = (index: number): SourceRead => ({
      readings: [gauge("a", Math.floor(index / 3), START + Math.floor(index / 3) * 3_000 - 500)],
      marks: [],
    });
    const { one, over } = part("cadvisor", 6, looks);
    const sampling = startSampling(watchOf(one), fakeClock());
    await over;
    const { readings } = await sampling.stop();
    expect(readings[0]?.points.slice(0, 2)).toEqual([
      [START - 500, 0],
      [START + 2_500, 1],
    ]);
  });

  it("times of a clock that is far off are laid over no second of the run", async () => {
    const off = part("cadvisor", 3, () => ({ readings: [gauge("a", 1, START - 3_600_000)], marks: [] }));
    const sampling = startSampling(watchOf(off.one), fakeClock());
    await off.over;
    const { collectors, readings } = await sampling.stop();
    expect(readings).toEqual([]);
    expect(collectors[0]?.problem).toContain("set both clocks");
  });
});
