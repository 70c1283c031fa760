import { expect, it } from "vitest";
import { factsOf } from "../../test/support/facts.ts";
import { generatorLoad, type Look } from "./observer.ts";
import { warmupUnsettled } from "../judge/warmup.ts";
import { highestOf, lowestOf, type TimelinePoint } from "../model/index.ts";
import { describePrompts } from "../workload/describe.ts";

// A run may last for a week, which has 604,800 seconds: a function takes no more than some 125,000 arguments.

const MANY = 200_000;
const many = <T>(of: (index: number) => T): readonly T[] => Array.from({ length: MANY }, (_, index) => of(index));

it("finds the extremes of many values, none of none, and no number where one is none", () => {
  expect([highestOf(many((i) => i)), lowestOf(many((i) => i))]).toEqual([MANY - 1, 0]);
  expect([highestOf([]), lowestOf([])]).toEqual([-Infinity, Infinity]);
  expect([highestOf([1, Number.NaN, 2]), lowestOf([2, Number.NaN, 1])]).toEqual([Number.NaN, Number.NaN]);
});

it("says how the load generator was served in each second of days", () => {
  const machine = { total: 4, busy: 1, stolen: 0 };
  const looks = many((second): Look => ({
    ...{ at: (second + 1) * 1000, seconds: 1, ranSeconds: second === 7 ? 0.5 : 0.2, waitedSeconds: 0 },
    ...{ dispatches: 9, cpus: 4, machine },
  }));
  const window = { startedAt: 0, seconds: MANY };
  expect(generatorLoad(looks, window)).toMatchObject({ watchedSeconds: MANY, cores: 4, usedCoresPeak: 0.5 });
});

it("tells whether days of load had settled", () => {
  const { latency } = factsOf(1);
  const of = (p50: number): TimelinePoint["latency"] => ({
    ...{ min: latency.min, p50, p90: p50, p95: p50, p99: p50, max: p50 },
  });
  const points = many((second): TimelinePoint => {
    const slow = of(second < MANY / 5 ? 0.5 : 0.1);
    return { at: second + 1, seconds: 1, users: 5, requests: 9, failed: 0, ...(slow && { latency: slow }) };
  });
  expect(warmupUnsettled({ judged: { from: 0, to: MANY }, points })?.code).toBe("warmup_unsettled");
});

it("describes a list of as many system prompts", () => {
  const scripts = many((index) => ({ system: `You are number ${String(index)}.`, turns: ["Hello."] }));
  const source = { kind: "file", path: "prompts.jsonl", repeat: { kind: "none" }, seed: 1 };
  const list = { scripts, order: many((index) => index) };
  const told = describePrompts(source as never, list as never, undefined);
  expect(told.prefixes.count).toBe(MANY);
  expect(told.prefixes.tokens).toBeGreaterThan(3);
});
