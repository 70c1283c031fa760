import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadFacts } from "../model/index.ts";
import { errorRateOf, failuresOf } from "./error-rate.ts";
import { factsOf, factsWithFailures } from "../../test/support/facts.ts";

type Checks = Partial<LoadFacts["checks"]>;
type Exceptions = Partial<LoadFacts["exceptions"]>;
function facts(failed: number, checks: Checks = {}, exceptions: Exceptions = {}): LoadFacts {
  const base = factsWithFailures(100, failed);
  return { ...base, checks: { ...base.checks, ...checks }, exceptions: { ...base.exceptions, ...exceptions } };
}

describe("error_rate", () => {
  it.each([
    ["nothing failed", facts(0), 0, 0, 100],
    ["a status", facts(3), 3, 3, 100],
    ["a failed check of one", facts(0, { failedOnGood: 4, perAnswer: 1 }), 4, 4, 100],
    ["failed checks of two names", facts(0, { failedOnGood: 5, perAnswer: 2 }), 3, 5, 100],
    ["checks of no name", facts(0, { failedOnGood: 5, perAnswer: 0 }), 1, 5, 100],
    ["no checks", facts(0, { perAnswer: 0 }), 0, 0, 100],
    ["mixed checks", facts(0, { mixed: 2 }), 0, 2, 100],
    ["an exception after a good answer", facts(0, {}, { afterGood: 2 }), 2, 2, 100],
    ["an exception after a failed answer", facts(1, {}, { afterFailed: 1 }), 1, 1, 100],
    ["an exception without a request", facts(0, {}, { withoutRequest: 1 }), 1, 1, 101],
    ["checks and more exceptions", facts(0, { failedOnGood: 2, perAnswer: 1 }, { afterGood: 3 }), 3, 5, 100],
    ["more checks than good answers", facts(98, { failedOnGood: 9, perAnswer: 9 }), 99, 100, 100],
    ["more exceptions than good answers", facts(99, {}, { afterGood: 3 }), 102, 102, 102],
  ] as const)("counts %s", (...[, given, low, high, total]) => {
    expect(failuresOf(given)).toMatchObject({ failedLow: low, failedHigh: high, total });
  });

  it("leaves open how many of the failed were never sent, for want of something on the engine's side", () => {
    const short = (requests: number): LoadFacts => ({ ...facts(12), shortage: { requests, why: "dial" } });
    expect(failuresOf(short(5))).toMatchObject({ failedLow: 7, failedHigh: 12, total: 100 });
    expect(failuresOf(short(6))).toMatchObject({ failedLow: 0, failedHigh: 12, total: 100 });
    expect(failuresOf(short(50))).toMatchObject({ failedLow: 0, failedHigh: 12, total: 100 });
  });

  it("is the high end, with both ends beside it, where it is an interval", () => {
    expect(errorRateOf(facts(1, { failedOnGood: 4, perAnswer: 2 }))).toStrictEqual({
      value: 0.05,
      low: 0.03,
      high: 0.05,
      unit: "ratio",
      samples: 100,
    });
  });
  it("has no ends where it is certain", () => {
    expect(errorRateOf(facts(1))).toStrictEqual({ value: 0.01, unit: "ratio", samples: 100 });
  });
  it("is 1 where the script only threw", () => {
    const thrown = { afterGood: 0, afterFailed: 0, withoutRequest: 711 };
    expect(errorRateOf({ ...factsOf(0), exceptions: thrown })).toMatchObject({ value: 1, samples: 711 });
  });
  it("is not measured where nothing was asked", () => expect(errorRateOf(factsOf(0))).toBeUndefined());

  it("contains the truth for any answers, checks and exceptions", () => {
    const answer = fc.record({
      good: fc.boolean(),
      /** Which of three checks failed. */
      failedChecks: fc.uniqueArray(fc.integer({ min: 0, max: 2 })),
      attributed: fc.boolean(),
      threw: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), fc.nat({ max: 5 }), (answers, alone) => {
        const good = answers.filter((a) => a.good);
        const names = new Set(good.flatMap((a) => (a.attributed ? a.failedChecks : [])));
        const sum = (of: readonly { failedChecks: readonly number[] }[]): number =>
          of.reduce((n, a) => n + a.failedChecks.length, 0);
        const base = factsWithFailures(answers.length, answers.length - good.length);
        const rate = errorRateOf({
          ...base,
          checks: {
            failedOnGood: sum(good.filter((a) => a.attributed)),
            mixed: sum(answers.filter((a) => !a.attributed)),
            perAnswer: names.size,
          },
          exceptions: {
            afterGood: good.filter((a) => a.threw).length,
            afterFailed: answers.filter((a) => !a.good && a.threw).length,
            withoutRequest: alone,
          },
        });
        const total = answers.length + alone;
        const failed = answers.filter((a) => !a.good || a.threw || a.failedChecks.length > 0).length + alone;
        fc.pre(rate !== undefined);
        const truth = failed / total;
        expect(rate.samples).toBe(total);
        expect(rate.low ?? rate.value).toBeLessThanOrEqual(truth);
        expect(rate.high ?? rate.value).toBeGreaterThanOrEqual(truth);
      }),
      { numRuns: 2000 },
    );
  });
});
