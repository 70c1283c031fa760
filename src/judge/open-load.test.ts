import { describe, expect, it } from "vitest";
import type { LoadFacts } from "../model/index.ts";
import { distributionOf, factsOf } from "../../test/support/facts.ts";
import { judge } from "./verdict.ts";

interface Open {
  readonly planned: number;
  readonly begun: number;
  readonly ended?: number;
  readonly users?: number;
  readonly rate?: number;
  readonly busySeconds?: number;
  readonly delaySeconds?: number;
}

/** As many answers of 0.1 s as arrivals came to their end. */
function open({
  planned,
  begun,
  ended = begun,
  users = 100,
  rate = 10,
  busySeconds = 0.1,
  delaySeconds = 0,
}: Open): LoadFacts {
  const times = (count: number, seconds: number) => distributionOf(Array.from({ length: count }, () => seconds));
  return {
    ...factsOf(ended),
    iterations: { completed: ended, dropped: planned - begun },
    open: {
      ...{ planned, users, rate, service: times(ended, 0.1) },
      ...{ startDelay: times(begun, delaySeconds), busy: times(ended, busySeconds) },
    },
  };
}

const judged = (facts: LoadFacts) => judge({ facts, objectives: [], exitCode: 0 });

describe("arrivals that never began", () => {
  it("are failed requests where all users waited for a target that had become slow", () => {
    const run = judged(open({ planned: 1000, begun: 900 }));
    expect(run.measurements.error_rate).toMatchObject({ value: 0.1, samples: 1000 });
    expect(run.measurements.dropped_iterations?.value).toBe(100);
    expect(run.verdict).toBe("fail");
  });

  it("make the run invalid, and fail nobody, where even the shortest iterations need more users than there are", () => {
    const run = judged(open({ planned: 1000, begun: 900, users: 10, rate: 200 }));
    expect(run).toMatchObject({ verdict: "invalid", reason: { code: "iterations_dropped" } });
    expect(run.measurements.error_rate?.value).toBe(0);
    expect(run.reason?.text).toBe(
      "100 of 1,000 arrivals never began because of the load generator: even iterations of 100 ms, the shortest seen, need 20 users at 200/s, and there were 10: raise users in the pattern.",
    );
  });

  it("make the run invalid where the load generator was saturated", () => {
    const generator = {
      ...{
        watchedSeconds: 60,
        cores: 2,
        usedCores: 2,
        usedCoresPeak: 2,
        wantedCores: 2,
        stillSeconds: 0,
        dispatchDelaySeconds: 0,
      },
    };
    const run = judge({
      ...{ facts: open({ planned: 1000, begun: 900 }), objectives: [], exitCode: 0 },
      observed: { generator, clockSteps: [] },
    });
    expect(run.verdict).toBe("invalid");
    expect(run.invalid.map(({ code }) => code)).toEqual(["generator_saturated", "iterations_dropped"]);
    expect(run.measurements.error_rate?.value).toBe(0);
  });
});

describe("late arrivals", () => {
  it("are the target's where its users would have been enough for its shortest iterations", () => {
    expect(judged(open({ planned: 500, begun: 500, delaySeconds: 5 })).verdict).toBe("pass");
  });

  it("are the load generator's where they never could have been", () => {
    const run = judged(open({ planned: 500, begun: 500, delaySeconds: 5, users: 1, rate: 20 }));
    expect(run).toMatchObject({ verdict: "invalid", reason: { code: "iterations_dropped" } });
  });
});

describe("an open load", () => {
  it("counts what was cut off at the end as failed, and holds no users", () => {
    const run = judged(open({ planned: 500, begun: 500, ended: 495 }));
    expect(run.measurements.error_rate?.value).toBe(0.01);
    expect(run.measurements.concurrent_users).toBeUndefined();
  });

  it("has goodput with what was dropped, failed or thrown in its denominator", () => {
    const facts = open({ planned: 1000, begun: 900 });
    expect(judged({ ...facts, goodput: { good: 850, of: 900 } }).measurements.goodput).toEqual({
      ...{ value: 0.85, unit: "ratio", samples: 1000 },
    });
    const thrown = { ...facts.exceptions, withoutRequest: 1000 };
    expect(judged({ ...facts, exceptions: thrown, goodput: { good: 850, of: 900 } }).measurements.goodput?.value).toBe(
      0.425,
    );
  });

  it("has no redirect on the way to an answer in the denominator of goodput", () => {
    const twoHops = { ...factsOf(1000), goodput: { good: 400, of: 500 } };
    expect(judged(twoHops).measurements.goodput).toEqual({ value: 0.8, unit: "ratio", samples: 500 });
  });

  it("knows goodput only between two values where checks failed after good answers", () => {
    const facts = { ...factsOf(1000), checks: { failedOnGood: 100, mixed: 0, perAnswer: 1 } };
    expect(judged({ ...facts, goodput: { good: 950, of: 1000 } }).measurements.goodput).toMatchObject({
      ...{ value: 0.85, low: 0.85, high: 0.9 },
    });
  });
});
