import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, factsWithFailures, objectiveOf } from "../../test/support/facts.ts";
import type { Distribution, GeneratorLoad, LoadFacts, Observed, OpenFacts } from "../model/index.ts";
import { clockTrouble } from "./clock-trouble.ts";
import { generatorSaturated } from "./generator.ts";
import { judge, type Judgement } from "./verdict.ts";

/** A minute on 4 cores with nothing to complain of. */
const FINE: GeneratorLoad = {
  ...{ watchedSeconds: 60, cores: 4, usedCores: 0.3, usedCoresPeak: 0.5, wantedCores: 0.5 },
  ...{ dispatchDelaySeconds: 0.0001, stillSeconds: 0, machineBusyRatio: 0.3, machineStolenRatio: 0 },
};
function seen(more: Partial<GeneratorLoad>): Observed {
  return { generator: { ...FINE, ...more }, clockSteps: [] };
}
function codeOf(more: Partial<GeneratorLoad>, facts = factsOf(1000)): string | undefined {
  return generatorSaturated(seen(more), facts)?.code;
}

describe("an engine that works on one thread", () => {
  /** 1000 answers of 100 ms, and a loop that came round so late; nobody else had its core. */
  const late = (delayP99Seconds: number, facts = factsOf(1000)): string | undefined =>
    generatorSaturated({ ...seen({}), loop: { cpuShare: 0.9, delayP99Seconds } }, facts)?.text;
  it("is saturated where its own lateness is a tenth of the P99 that it measured", () => {
    expect(late(0.009)).toBeUndefined();
    expect(late(0.011)).toBe(
      "The one thread of the load generator came round 11 ms late (P99), with 90 % of a core used; the P99 of the answers is 100 ms. Its delays are in every latency.",
    );
    expect(late(0.04, factsOf(1000, 0.5))).toBeUndefined();
    expect(late(0.05, factsOf(1000, 0.5))).toContain("came round 50 ms late");
  });
  it("is told where the system tells nothing of it, and not after less than ten seconds", () => {
    const told = { loop: { delayP99Seconds: 0.2 }, clockSteps: [] };
    expect(generatorSaturated(told, factsOf(1000))?.code).toBe("generator_saturated");
    const short = { ...factsOf(1000), window: { startedAt: 0, seconds: 9 } };
    expect(generatorSaturated(told, short)).toBeUndefined();
  });
  it("cannot be passed then", () => {
    const observed = { ...seen({}), loop: { delayP99Seconds: 0.2 } };
    const objectives = [objectiveOf("latency_p99", "< 0.5")];
    expect(judge({ facts: factsOf(2000, 0.3), objectives, exitCode: 0, observed }).verdict).toBe("invalid");
  });
});

describe("requests that the engine could not make", () => {
  const short = (failed: number, requests: number): LoadFacts => ({
    ...factsWithFailures(2000, failed),
    shortage: { requests, why: "dial tcp 10.0.0.7:443: socket: too many open files (raise its limit)" },
  });
  const judged = (facts: LoadFacts): Judgement =>
    judge({ facts, objectives: [objectiveOf("error_rate", "< 0.01")], exitCode: 0 });

  it("are no failures of the target, and nothing is passed without them", () => {
    for (const failed of [5, 500, 2000]) {
      const { verdict, reason } = judged(short(failed, failed));
      expect(verdict).toBe("invalid");
      expect(reason?.code).toBe("generator_saturated");
    }
    expect(judged(short(5, 5)).reason?.text).toBe(
      "The load generator could not make 5 of its requests: dial tcp 10.0.0.7:443: socket: too many open files (raise its limit).",
    );
  });
  it("do not hide what failed beside them", () => expect(judged(short(500, 100)).verdict).toBe("fail"));
});

describe("generator_saturated", () => {
  it("is not said of an engine that was not watched, nor of one that was served", () => {
    expect(generatorSaturated(undefined, factsOf(1000))).toBeUndefined();
    expect(generatorSaturated({ clockSteps: [] }, factsOf(1000))).toBeUndefined();
    expect(codeOf({})).toBeUndefined();
  });
  it("is not said of a machine that is merely busy, as a demo with its chatbot on two cores", () => {
    const demo = { cores: 2, usedCores: 0.3, wantedCores: 1.2, machineBusyRatio: 1, dispatchDelaySeconds: 0.0003 };
    expect(codeOf(demo)).toBeUndefined();
  });
  it("is said where it seldom rested and times messages itself, not where the stream probe does", () => {
    const none = { count: 0, min: 0, max: 0, mean: 0, quantiles: [] };
    const times = { ...none, count: 1000 };
    const streamed = (probeDelay: Distribution): LoadFacts => ({
      ...factsOf(1000),
      stream: {
        ...{ firstByte: none, ttft: times, tpot: none, interChunk: none, streamClose: none, dispatchDelay: none },
        ...{ probeDelay, probeFailures: 0, outputTokens: 0, answersWithUsage: 0, bursts: { count: 0, of: 0 } },
      },
    });
    expect(codeOf({ unrestedSeconds: 2.9 }, streamed(none))).toBeUndefined();
    expect(codeOf({ unrestedSeconds: 3 }, streamed(none))).toBe("generator_saturated");
    expect(codeOf({ unrestedSeconds: 60 }, streamed(times))).toBeUndefined();
    expect(codeOf({ unrestedSeconds: 60 })).toBeUndefined();
    expect(generatorSaturated(seen({ unrestedSeconds: 6 }), streamed(none))?.text).toBe(
      "In 6 s of 60 s the load generator, which times the messages itself, wanted all of the 4 cores that it may use. Its delays are in every latency.",
    );
  });
  it.each([
    ["at its limit", { usedCores: 3.9, wantedCores: 4.1 }, "at its limit"],
    ["others had its cores", { usedCores: 1, wantedCores: 4.2 }, "something else had them"],
    ["held by a quota", { throttledRatio: 0.2 }, "20 % of the quota's periods"],
    ["served late", { dispatchDelaySeconds: 0.002 }, "waited 2 ms for a CPU each time"],
    ["stood still", { stillSeconds: 3 }, "stood still for 3 s"],
  ] as const)("is said when it was %s", (_, more, text) => {
    expect(generatorSaturated(seen(more), factsOf(1000))?.text).toContain(text);
  });
  it("counts a delay against what was measured: 20 ms a request matter of 100 ms, not of 2 s", () => {
    expect(codeOf({ dispatchDelaySeconds: 0.002 }, factsOf(1000, 0.1))).toBe("generator_saturated");
    expect(codeOf({ dispatchDelaySeconds: 0.002 }, factsOf(1000, 2))).toBeUndefined();
    expect(codeOf({ dispatchDelaySeconds: 0.0009 }, factsOf(1000, 0.001))).toBeUndefined();
  });
  it("counts it, where arrivals waited, against what the target took and not against their waiting", () => {
    const service = factsOf(1000, 0.1).latency;
    const open: OpenFacts = { planned: 1000, users: 1, rate: 10, service, startDelay: service, busy: service };
    expect(codeOf({ dispatchDelaySeconds: 0.002 }, { ...factsOf(1000, 20), open })).toBe("generator_saturated");
    expect(codeOf({ dispatchDelaySeconds: 0.002 }, factsOf(1000, 20))).toBeUndefined();
  });
  it("needs ten watched seconds, but for standing still", () => {
    expect(codeOf({ watchedSeconds: 9, usedCores: 4, wantedCores: 4 })).toBeUndefined();
    expect(codeOf({ watchedSeconds: 9, stillSeconds: 3 })).toBe("generator_saturated");
    expect(codeOf({ watchedSeconds: 3600, stillSeconds: 3 })).toBeUndefined();
  });
});

describe("clock_trouble", () => {
  const stepped = (...seconds: readonly number[]): Observed => ({
    clockSteps: seconds.map((one) => ({ at: 0, seconds: one })),
  });
  it("is said when the time of day was set by half a second or more in all, forward or back", () => {
    expect(clockTrouble(stepped(30))?.text).toContain("was set 30 s forward");
    expect(clockTrouble(stepped(-30))?.text).toContain("was set 30 s back");
    expect(clockTrouble(stepped(0.3, -0.3))?.text).toContain("2 times");
  });
  it("is not said of less", () => {
    expect(clockTrouble(stepped())).toBeUndefined();
    expect(clockTrouble(stepped(0.2, -0.2))).toBeUndefined();
  });
});

describe("a run whose generator or clock was in trouble", () => {
  const P95 = objectiveOf("latency_p95", "< 0.2");
  function judged(facts: LoadFacts, observed: Observed): Judgement {
    return judge({ facts, objectives: [P95], exitCode: 0, observed });
  }
  const troubled: readonly Observed[] = [
    seen({ usedCores: 4, wantedCores: 4 }),
    { generator: FINE, clockSteps: [{ at: 0, seconds: 30 }] },
  ];
  it.each(troubled)("neither passes nor fails by a latency", (observed) => {
    expect(judged(factsOf(1000, 0.1), observed).verdict).toBe("invalid");
    expect(judged(factsOf(1000, 3), observed).verdict).toBe("invalid");
  });
  it.each(troubled)("fails by answers that failed: they did, whoever was late", (observed) => {
    expect(judged(factsWithFailures(1000, 500), observed).verdict).toBe("fail");
    expect(judged(factsWithFailures(1000, 1000), observed)).toMatchObject({
      verdict: "fail",
      reason: { code: "target_failed" },
    });
  });
  it("names it first among the reasons", () => {
    const { reason, invalid } = judged(factsOf(100), seen({ stillSeconds: 5 }));
    expect(reason?.code).toBe("generator_saturated");
    expect(invalid.map(({ code }) => code)).toContain("too_few_samples");
  });
  it("never passes, whatever else is so", () => {
    const load = fc.record({
      count: fc.integer({ min: 0, max: 3000 }),
      seconds: fc.double({ min: 0.001, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(load, fc.constantFrom(...troubled), ({ count, seconds }, observed) => {
        expect(["invalid", "fail"]).toContain(judged(factsOf(count, seconds), observed).verdict);
      }),
    );
  });
});

describe("target_restarted", () => {
  const watched = {
    resources: { collectors: [], values: {}, restarted: ["PostgreSQL"] },
    measurements: {},
  };
  it("cannot be passed, but what failed in it has failed", () => {
    const objectives = [objectiveOf("latency_p95", "< 0.2")];
    const fine = judge({ facts: factsOf(1000), objectives, exitCode: 0, watched });
    expect(fine).toMatchObject({ verdict: "invalid", reason: { code: "target_restarted" } });
    expect(fine.reason?.text).toContain("PostgreSQL");
    expect(judge({ facts: factsOf(1000, 3), objectives, exitCode: 0, watched }).verdict).toBe("fail");
  });
});
