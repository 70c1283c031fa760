import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadFacts, Objective, Timeline } from "../model/index.ts";
import {
  distributionOf,
  factsOf,
  factsWithFailures,
  objectiveOf,
  timelineOf,
  times,
} from "../../test/support/facts.ts";
import { type Judgement, judge } from "./verdict.ts";

const P95 = objectiveOf("latency_p95", "< 0.2");
const P99 = objectiveOf("latency_p99", "< 0.5");

function judged(facts: LoadFacts, objectives: readonly Objective[] = [P95, P99], exitCode: 0 | 99 = 0): Judgement {
  return judge({ facts, objectives, exitCode });
}
function codes({ invalid }: Judgement): readonly string[] {
  return invalid.map(({ code }) => code);
}
function crossed(met: boolean, samples = 5): LoadFacts {
  return { ...factsOf(1000), thresholds: [{ metric: "m", expression: "rate<1", met, samples }] };
}

describe("judge", () => {
  it("passes when every objective is met", () => {
    const result = judged(factsOf(1000));
    expect(result).toMatchObject({ verdict: "pass", invalid: [], reason: null });
    expect(result.objectives.map((o) => [o.measurement, o.verdict])).toStrictEqual([
      ["latency_p95", "pass"],
      ["latency_p99", "pass"],
      ["error_rate", "pass"],
    ]);
  });
  it.each([
    [0.1, "pass"],
    [0.21, "warning"],
    [0.3, "fail"],
  ] as const)("is the worst objective: %d s is a %s", (seconds, verdict) => {
    expect(judged(factsOf(1000, seconds))).toMatchObject({ verdict, reason: null });
  });
  it("judges errors even where the scenario says nothing of them", () => {
    expect(judged(factsWithFailures(1000, 9), []).verdict).toBe("pass");
    expect(judged(factsWithFailures(1000, 10), []).verdict).toBe("warning");
    expect(judged(factsWithFailures(1000, 11), []).verdict).toBe("warning");
    expect(judged(factsWithFailures(1000, 12), []).verdict).toBe("fail");
  });
  it("is invalid when an objective was not measured, and says what is missing", () => {
    const result = judged(factsOf(143), [P95]);
    expect(result.verdict).toBe("invalid");
    expect(result.objectives[0]?.reason).toBe("only 143 of the 200 samples that P95 needs");
    expect(result.reason).toStrictEqual({
      code: "too_few_samples",
      text: "latency_p95 was not measured: only 143 of the 200 samples that P95 needs.",
    });
  });
  it("does not pass the error rate on fewer requests than one failure among them would be the limit", () => {
    expect(judged(factsOf(1), []).reason).toStrictEqual({
      code: "too_few_samples",
      text: "error_rate was not measured: only 1 of the 100 requests that a limit of 1 % needs.",
    });
    expect(judged(factsOf(99), []).verdict).toBe("invalid");
    expect(judged(factsOf(99), []).measurements).not.toHaveProperty("error_rate");
    expect(judged(factsOf(100), []).verdict).toBe("pass");
    const strict = [objectiveOf("error_rate", "< 0.001")];
    expect([judged(factsOf(999), strict).verdict, judged(factsOf(1000), strict).verdict]).toEqual(["invalid", "pass"]);
    expect(judged(factsOf(99), [objectiveOf("error_rate", "<= 0")]).verdict).toBe("invalid");
    expect(judged(factsOf(1), [objectiveOf("error_rate", "> 0.5")]).verdict).toBe("fail");
  });
  it("fails by a certain error rate on as few requests as there are, and warns on none", () => {
    expect(judged(factsWithFailures(50, 1), []).verdict).toBe("fail");
    expect(judged(factsWithFailures(95, 1), []).verdict).toBe("invalid"); // 1.05 %, which would be a warning
    const spoiled = { ...factsOf(50), checks: { failedOnGood: 0, mixed: 1, perAnswer: 1 } };
    expect(judged(spoiled, []).reason?.code).toBe("too_few_samples");
  });
  it("is invalid, not warning, when one objective warns and another was not measured", () => {
    expect(judged(factsOf(300, 0.21)).verdict).toBe("invalid");
  });
  it("fails for a certain failure though another objective was not measured", () => {
    const result = judged(factsOf(300, 0.3));
    expect(result).toMatchObject({ verdict: "fail", reason: null });
    expect(codes(result)).toStrictEqual(["too_few_samples"]);
  });
  it("is invalid when the error rate straddles its limit", () => {
    const facts = { ...factsOf(1000), checks: { failedOnGood: 12, mixed: 0, perAnswer: 2 } };
    expect(judged(facts)).toMatchObject({ verdict: "invalid", reason: { code: "error_rate_ambiguous" } });
  });
});

describe("why answers failed, as the script said it", () => {
  const told = (facts: LoadFacts): LoadFacts => ({ ...facts, complaints: ["status 401.", "no text at reply"] });
  it("stands behind what failed, and nowhere else", () => {
    const some = judged(told(factsWithFailures(1000, 300)));
    const rate = some.objectives.find(({ measurement }) => measurement === "error_rate");
    expect(rate?.reason).toMatch(/^30 % over .* above the limit of 1 %; the first said: status 401$/);
    expect(judged(told(factsWithFailures(50, 50))).reason?.text).toBe(
      "The target answered nothing but errors: all 50 requests failed; the first said: status 401.",
    );
    const few = judged(told(factsWithFailures(1000, 1)));
    expect(few.objectives.map(({ reason }) => reason).join()).not.toContain("401");
  });
});

describe("a target that fails altogether", () => {
  it("fails by its error rate when it answers only errors", () => {
    const result = judged(factsWithFailures(50, 50));
    expect(result.verdict).toBe("fail");
    expect(result.reason).toStrictEqual({
      code: "target_failed",
      text: "The target answered nothing but errors: all 50 requests failed.",
    });
    expect(result.objectives.map(({ verdict }) => verdict)).toStrictEqual(["invalid", "invalid", "fail"]);
    expect(result.objectives[0]?.reason).toBe("none of the 200 samples that P95 needs");
  });
  it("has not failed altogether with one good answer", () => {
    expect(judged(factsWithFailures(50, 49))).toMatchObject({ verdict: "fail", reason: null });
  });
  it("fails even where its errors were allowed: nothing was answered", () => {
    expect(judged(factsWithFailures(50, 50), [objectiveOf("error_rate", "<= 1")]).verdict).toBe("fail");
    expect(judged(factsWithFailures(50, 49), [objectiveOf("error_rate", "<= 1")]).verdict).toBe("pass");
  });
  it("fails when the script threw in every iteration, before any request", () => {
    const exceptions = { afterGood: 0, afterFailed: 0, withoutRequest: 711 };
    const result = judged({ ...factsOf(0), exceptions });
    expect(result).toMatchObject({ verdict: "fail", reason: { code: "target_failed" } });
    expect(result.reason?.text).toContain("711 times");
  });
});

describe("a run that shows nothing", () => {
  it("is invalid without any request", () => {
    expect(judged(factsOf(0), [])).toMatchObject({ verdict: "invalid", reason: { code: "no_requests" } });
    const facts = { ...factsOf(0), thresholds: crossed(false).thresholds };
    expect(judged(facts, [], 99).verdict).toBe("invalid");
  });
  it.each([
    [90, "pass"],
    [89.999, "invalid"],
    [0, "invalid"],
  ])("after %d of 100 planned seconds is %s", (seconds, verdict) => {
    const facts = { ...factsOf(1000), window: { startedAt: 0, seconds, plannedSeconds: 100 } };
    expect(judged(facts).verdict).toBe(verdict);
    expect(judged({ ...facts, window: { startedAt: 0, seconds } }).verdict).toBe(seconds > 0 ? "pass" : "invalid");
    expect(codes(judged(facts))).toStrictEqual(verdict === "invalid" ? ["window_too_short"] : []);
  });
  it("cut short by a crossed threshold fails", () => {
    const facts = { ...crossed(false), window: { startedAt: 0, seconds: 9, plannedSeconds: 100 } };
    expect(judged(facts, [], 99).verdict).toBe("fail");
  });
  it("is invalid where the summary holds no number or contradicts itself, even if something failed", () => {
    const facts = { ...factsOf(1000, 9), iterations: { completed: Number.NaN, dropped: 0 } };
    const result = judged(facts);
    expect(result).toMatchObject({ verdict: "invalid", reason: { code: "bad_summary" }, measurements: {} });
    expect(result.reason?.text).toContain("iterations.completed");
    expect(result.objectives[0]?.reason).toBe("the engine's summary cannot be trusted");
    expect(judged({ ...factsOf(10), requests: { count: 10, failed: 10 } }).verdict).toBe("invalid");
  });
});

describe("the script's own thresholds", () => {
  it("pass, fail, or are invalid without data", () => {
    expect(judged(crossed(true)).verdict).toBe("pass");
    expect(judged(crossed(false), [P95], 99).verdict).toBe("fail");
    expect(judged(crossed(true, 0))).toMatchObject({
      verdict: "invalid",
      reason: { code: "threshold_without_data" },
    });
    expect(judged(crossed(true)).objectives.at(-1)?.measurement).toBe("k6 threshold m");
  });
  it("are not believed when the exit code says that one was crossed", () => {
    expect(judged(crossed(true), [], 99)).toMatchObject({ verdict: "invalid", reason: { code: "bad_summary" } });
  });
});

describe("a target that stops answering", () => {
  const answers = (s: number): readonly number[] => (s < 30 ? times(10, 0.1) : []);
  function after(silent: number, held = 10): Judgement {
    const timeline: Timeline = timelineOf([...times(30, 10), ...times(silent, held)], answers);
    const facts = { ...factsOf(300), latency: distributionOf(times(300, 0.1)) };
    return judge({ facts, timeline, objectives: [P95], exitCode: 0 });
  }
  it("is not passed on the answers from before", () => {
    expect(after(5)).toMatchObject({ verdict: "invalid", reason: { code: "answers_stopped" } });
    expect(after(5).reason?.text).toContain("last 5 s");
  });
  it("is passed after a short pause, or when no user waited", () => {
    expect(after(4).verdict).toBe("pass");
    expect(after(20, 0).verdict).toBe("pass");
  });
});

describe("what was not measured", () => {
  it.each([
    ["concurrent_users", "there is no timeline to see the users held in"],
    ["k6.mine.p(95)", "the script recorded nothing in its metric mine"],
    ["k6.t.p(95)", "only 9 of the 200 samples that p(95) needs"],
    ["k6.t.rate", "the metric t is a trend and has no rate"],
    ["k6.r.rate", "the metric r holds no samples"],
    ["k6.toString.rate", "the script recorded nothing in its metric toString"],
    ["ttft_p95", "the scenario's traffic is http, whose answers are not timed"],
    ["toString", "nothing in this run measures toString"],
  ])("is named: %s", (name, text) => {
    const custom = {
      t: { type: "trend", unit: "s", distribution: distributionOf(times(9, 1)) },
      r: { type: "rate", passes: 0, total: 0 },
    } as const;
    const result = judged({ ...factsOf(1000), custom }, [objectiveOf(name, "> 0")]);
    expect(result.verdict).toBe("invalid");
    expect(result.objectives[0]?.reason).toBe(text);
  });
});

describe("for any facts", () => {
  const count = fc.integer({ min: 0, max: 1500 });
  const small = fc.integer({ min: 0, max: 30 });
  const anyFacts = fc
    .tuple(count, small, fc.double({ min: 0.05, max: 0.4, noNaN: true }), fc.tuple(small, small, small, small))
    .map(([good, failed, seconds, [a, b, c, d]]): LoadFacts => {
      const few = (n: number): number => (n < 20 ? 0 : n - 20);
      return {
        ...factsWithFailures(good + failed, failed),
        latency: factsOf(good, seconds).latency,
        checks: { failedOnGood: few(a), mixed: few(b), perAnswer: 2 },
        exceptions: { afterGood: few(c), afterFailed: 0, withoutRequest: few(d) },
        thresholds: [{ metric: "m", expression: "count>0", met: a > 2, samples: b }],
      };
    });
  const anyObjective = fc.constantFrom(
    P95,
    P99,
    objectiveOf("latency_p50", "<= 0.1"),
    objectiveOf("throughput", ">= 5"),
    objectiveOf("error_rate", "< 0.02"),
    objectiveOf("concurrent_users", ">= 1"),
    objectiveOf("k6.x.count", "> 0"),
  );
  const anyObjectives = fc.array(anyObjective, { maxLength: 4 });

  it("never passes or warns without a measured value for every objective", () => {
    fc.assert(
      fc.property(anyFacts, anyObjectives, (facts, objectives) => {
        const { verdict, objectives: results, measurements } = judged(facts, objectives);
        fc.pre(verdict === "pass" || verdict === "warning");
        for (const { measurement } of objectives) expect(measurements[measurement]).toBeDefined();
        expect(results.map((r) => r.verdict)).not.toContain("invalid");
        expect(results.map((r) => r.verdict)).not.toContain("fail");
        expect(measurements.error_rate?.samples).toBeGreaterThan(0);
      }),
    );
  });

  it("always says why where nothing was judged", () => {
    fc.assert(
      fc.property(anyFacts, anyObjectives, (facts, objectives) => {
        const { verdict, reason, invalid } = judged(facts, objectives);
        expect(verdict === "invalid" ? reason : null).toStrictEqual(verdict === "invalid" ? invalid[0] : null);
        expect(verdict !== "invalid" || invalid.length > 0).toBe(true);
      }),
    );
  });

  it("never passes or warns with a number that is none, wherever it stands", () => {
    const facts: LoadFacts = {
      ...factsOf(1000),
      thresholds: [{ metric: "m", expression: "e", met: true, samples: 1 }],
      custom: {
        t: { type: "trend", unit: "s", distribution: distributionOf(times(9, 1)) },
        c: { type: "counter", count: 1, perSecond: 1 },
        r: { type: "rate", passes: 1, total: 1 },
        g: { type: "gauge", value: 1, min: 1, max: 1 },
      },
    };
    expect(judged(facts).verdict).toBe("pass");
    const poison = (value: unknown, path: string, bad: number): readonly [string, unknown][] => {
      if (typeof value === "number") return [[path, bad]];
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).flatMap(([key, inner]) =>
        poison(inner, key, bad).map(([at, changed]): [string, unknown] => [
          `${key}.${at}`,
          Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed },
        ]),
      );
    };
    const poisoned = [Number.NaN, Infinity, -Infinity].flatMap((bad) => poison(facts, "", bad));
    expect(poisoned.length).toBeGreaterThan(150);
    for (const [at, changed] of poisoned) {
      expect([at, judged(changed as LoadFacts).verdict]).toStrictEqual([at, "invalid"]);
    }
  });
});
