import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadFacts, Measurement, Objective, Timeline } from "../model/index.ts";
import {
  distributionOf,
  factsOf,
  interpolated,
  objectiveOf,
  pointOf,
  timelineOf,
  times,
} from "../../test/support/facts.ts";
import { measurementsOf } from "./measure.ts";

const P95 = objectiveOf("latency_p95", "< 0.2");
const ERRORS = objectiveOf("error_rate", "< 0.01");

function factsFor(timeline: Timeline, answers: (second: number) => readonly number[]): LoadFacts {
  const samples = timeline.points.flatMap((_, i) => answers(i));
  return { ...factsOf(samples.length), latency: distributionOf(samples) };
}

function users(
  counts: readonly number[],
  answers: (second: number) => readonly number[],
  objectives: readonly Objective[] = [P95, ERRORS],
): Measurement | undefined {
  const timeline = timelineOf(counts, answers);
  return measurementsOf(factsFor(timeline, answers), timeline, objectives).concurrent_users;
}
const fast = (): readonly number[] => times(10, 0.1);
const slow = (): readonly number[] => times(10, 0.3);

describe("concurrent_users", () => {
  it("is the fewest users of a short window whose objectives were met", () => {
    expect(users([...times(20, 50), 49, ...times(19, 50)], fast)).toStrictEqual({
      value: 49,
      unit: "count",
      samples: 400,
    });
  });
  it("is a measured 0 when the objectives were missed everywhere", () => {
    expect(users(times(90, 50), slow)).toStrictEqual({ value: 0, unit: "count", samples: 900 });
  });
  it("is what was held for 60 s before the target slowed down", () => {
    const counts = [...times(60, 50), ...times(60, 100)];
    expect(users(counts, (s) => (s < 60 ? fast() : slow()))).toMatchObject({ value: 50 });
  });
  it("does not count users held for 59 s", () => {
    expect(users([...times(59, 90), ...times(61, 40)], fast)).toMatchObject({ value: 40 });
    expect(users([...times(60, 90), ...times(60, 40)], fast)).toMatchObject({ value: 90 });
  });
  it("takes the fewest users while they ramp up", () => {
    const ramp = Array.from({ length: 120 }, (_, i) => i + 1);
    expect(users(ramp, fast)).toMatchObject({ value: 61 });
  });
  it("leaves out the warm-up and what comes after the judged window", () => {
    const all = timelineOf([...times(30, 200), ...times(60, 20), ...times(30, 200)], fast);
    const timeline = { ...all, judged: { from: 30, to: 90 } };
    expect(measurementsOf(factsOf(600), timeline, [P95]).concurrent_users).toMatchObject({ value: 20 });
    const few = { ...timelineOf([...times(30, 5), ...times(60, 20), ...times(30, 5)], fast), judged: timeline.judged };
    expect(measurementsOf(factsOf(600), few, [P95]).concurrent_users).toMatchObject({ value: 20 });
  });
  it("says how high it could be when a window cannot be told", () => {
    // Per second ten answers, one slow: between 90 and 100 % of each second's answers may be fast enough.
    const counts = [...times(70, 100), ...times(70, 30)];
    const measured = users(counts, (s) => (s < 70 ? [...times(9, 0.1), 0.2999] : times(10, 0.1)));
    expect(measured).toMatchObject({ value: 30 });
    const few = users(times(130, 80), () => [0.1]);
    expect(few).toStrictEqual({ value: 0, low: 0, high: 80, unit: "count", samples: 130 });
  });
  it("is not measured without a timeline, or with one that cannot be read or covers too little", () => {
    const timeline = timelineOf(times(40, 10), fast);
    const [first, ...rest] = timeline.points;
    const broken = { ...timeline, points: [{ ...first!, users: Number.NaN }, ...rest] };
    const short = { ...timeline, judged: { from: 0, to: 43 } };
    for (const t of [undefined, broken, short, { ...timeline, points: [] }]) {
      expect(measurementsOf(factsOf(400), t, [P95]).concurrent_users).toBeUndefined();
    }
    const edge = { ...timeline, judged: { from: 0, to: 42 } };
    expect(measurementsOf(factsOf(400), edge, [P95]).concurrent_users).toMatchObject({ value: 10 });
  });
  it("is not met by a window without any answer", () => {
    const counts = [...times(60, 10), ...times(130, 99)];
    expect(users(counts, (s) => (s < 60 ? fast() : []))).toStrictEqual({
      value: 10,
      unit: "count",
      samples: 600,
    });
    expect(users(counts, (s) => (s < 60 ? fast() : times(1, 0.1)))?.high).toBe(99);
  });
  it("is not certain where the target hung for a while", () => {
    const hung = users(times(60, 10), (s) => (s >= 30 && s < 40 ? [] : fast()));
    expect(hung).toMatchObject({ value: 0, low: 0, high: 10 });
    const paused = users(times(60, 10), (s) => (s >= 30 && s < 34 ? [] : fast()));
    expect(paused).toMatchObject({ value: 10 });
  });
  it("does not join periods over a hole in the timeline", () => {
    const whole = timelineOf(times(120, 10), fast);
    const timeline = { ...whole, points: whole.points.filter(({ at }) => at !== 50 && at !== 100) };
    const facts = { ...factsOf(1200), latency: distributionOf(times(1200, 0.3)) };
    expect(measurementsOf(facts, timeline, [P95]).concurrent_users).toMatchObject({ value: 0 });
  });
  it("doubts every window when a check failed somewhere, as far as that can matter", () => {
    const counts = [...times(90, 40), ...times(90, 10)];
    const timeline = timelineOf(counts, (s) => (s < 90 ? fast() : slow()));
    const facts = factsFor(timeline, (s) => (s < 90 ? fast() : slow()));
    const spoiled = (n: number): LoadFacts => ({ ...facts, checks: { failedOnGood: n, mixed: 0, perAnswer: 1 } });
    const of = (n: number): Measurement | undefined =>
      measurementsOf(spoiled(n), timeline, [P95, ERRORS]).concurrent_users;
    expect(of(8)).toMatchObject({ value: 40 });
    // 9 failures are 1 % of all answers to 40 users; four slow seconds more, of 10 users, and they are less than that.
    expect(of(9)).toStrictEqual({ value: 10, low: 10, high: 40, unit: "count", samples: 1800 });
  });
});

/** A small generator of repeatable noise. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Answer {
  readonly seconds: number;
  readonly good: boolean;
  readonly spoiled: boolean;
}

describe("its bounds", () => {
  it("contain the truth for simulated answers", () => {
    let narrow = 0;
    const shape = fc.record({
      seed: fc.integer(),
      length: fc.integer({ min: 30, max: 150 }),
      rate: fc.integer({ min: 0, max: 12 }),
      slowShare: fc.constantFrom(0, 0.03, 0.05, 0.07, 0.5),
      failShare: fc.constantFrom(0, 0.005, 0.02),
      spoilShare: fc.constantFrom(0, 0, 0.004),
    });
    fc.assert(
      fc.property(shape, ({ seed, length, rate, slowShare, failShare, spoilShare }) => {
        const random = noise(seed);
        let level = 10;
        const held = Array.from({ length }, () => (level = random() < 0.02 ? 5 + Math.floor(random() * 90) : level));
        const seconds = held.map((): readonly Answer[] =>
          Array.from({ length: Math.floor(random() * rate * 2) }, () => ({
            seconds: random() < slowShare ? 0.2 + random() / 10 : 0.1 + random() / 10,
            good: random() >= failShare,
            spoiled: random() < spoilShare,
          })),
        );
        const points = seconds.map((answers, i) => ({
          ...pointOf(
            i + 1,
            held[i]!,
            answers.map((a) => a.seconds),
          ),
          failed: answers.filter((a) => !a.good).length,
        }));
        const all = seconds.flat();
        const good = all.filter((a) => a.good);
        const facts: LoadFacts = {
          ...factsOf(0),
          requests: { count: all.length, failed: all.length - good.length },
          checks: { failedOnGood: good.filter((a) => a.spoiled).length, mixed: 0, perAnswer: 1 },
          latency: distributionOf(good.map((a) => a.seconds)),
        };
        const holds = (answers: readonly Answer[]): boolean => {
          const right = answers.filter((a) => a.good).map((a) => a.seconds);
          if (right.length < 200) return false;
          const failed = answers.filter((a) => !a.good || a.spoiled).length;
          return (
            interpolated(
              right.toSorted((a, b) => a - b),
              0.95,
            ) < 0.2 && failed / answers.length < 0.01
          );
        };
        let truth = holds(all) ? Math.min(...held) : 0;
        for (let from = 0; from < length; from += 1) {
          for (let to = from + 60; to <= Math.min(length, from + 120); to += 1) {
            const fewest = Math.min(...held.slice(from, to));
            if (fewest > truth && holds(seconds.slice(from, to).flat())) truth = fewest;
          }
        }
        const timeline = { judged: { from: 0, to: length }, points };
        const measured = measurementsOf(facts, timeline, [P95, ERRORS]).concurrent_users;
        fc.pre(measured !== undefined);
        if (measured.low === undefined) narrow += 1;
        expect(measured.value).toBeLessThanOrEqual(truth);
        expect(measured.high ?? measured.value).toBeGreaterThanOrEqual(truth);
      }),
      { numRuns: 50 },
    );
    expect(narrow).toBeGreaterThan(5);
  });
});
