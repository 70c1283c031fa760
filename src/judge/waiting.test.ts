import { describe, expect, it } from "vitest";
import { factsOf, factsWithFailures, objectiveOf, timelineOf, times } from "../../test/support/facts.ts";
import type { LoadFacts, Observed } from "../model/index.ts";
import { judge, type Judgement } from "./verdict.ts";

const ERRORS = objectiveOf("error_rate", "< 0.01");

describe("a target that never answers", () => {
  /** 10 users, whose requests of the warm-up failed after the judged window. */
  const hung: LoadFacts = { ...factsOf(0), waitedThrough: 10, waitedInVain: 10 };
  const silent = timelineOf(times(30, 10), () => []);
  const judged = (facts: LoadFacts, timeline = silent, observed?: Observed): Judgement =>
    judge({ facts, timeline, observed, objectives: [ERRORS, objectiveOf("latency_p95", "< 0.2")], exitCode: 0 });

  it("has failed, although no request began in the judged window", () => {
    expect(judged(hung)).toMatchObject({
      verdict: "fail",
      reason: {
        code: "target_failed",
        text: "Nothing was answered: 10 users waited for one answer during the whole judged window.",
      },
    });
  });
  it("has not failed where an answer was good, only late", () => {
    expect(judged({ ...hung, waitedInVain: 9 })).toMatchObject({ verdict: "invalid", reason: { code: "no_requests" } });
  });
  it("is not known to have failed where a user did not wait, or nobody knows how many users there were", () => {
    const more = timelineOf(times(30, 11), () => []);
    expect(judged(hung, more)).toMatchObject({ verdict: "invalid", reason: { code: "no_requests" } });
    expect(judge({ facts: hung, objectives: [], exitCode: 0 }).verdict).toBe("invalid");
  });
  it("is not known to have failed where the machine slept meanwhile", () => {
    const slept = { clockSteps: [{ at: 0, seconds: 60 }] };
    expect(judged(hung, silent, slept)).toMatchObject({ verdict: "invalid", reason: { code: "no_requests" } });
  });
  it("takes records of before, which do not tell what the answers were, as they are", () => {
    expect(judged({ ...factsOf(0), waitedThrough: 10 }).verdict).toBe("invalid");
  });
});

describe("users who wait for what fails", () => {
  /** 100 s of 100 users: 10,000 user-seconds. */
  const busy = timelineOf(times(100, 100), () => times(600, 0.1));
  const waited = (failed: number, seconds: number): LoadFacts => ({
    ...factsWithFailures(60_000, failed),
    failedWaitSeconds: seconds,
  });
  const judged = (facts: LoadFacts, condition = "< 0.01"): Judgement => {
    const objectives = [objectiveOf("error_rate", condition), objectiveOf("concurrent_users", ">= 100")];
    return judge({ facts, timeline: busy, objectives, exitCode: 0 });
  };

  it("cannot be passed where one user in twenty is never answered, though that is one request in a thousand", () => {
    const { verdict, reason } = judged(waited(50, 500));
    expect(verdict).toBe("invalid");
    expect(reason).toStrictEqual({
      code: "answers_stopped",
      text: "Users spent 5 % of their time waiting for requests that failed, though these are 0.0833 % of all: what they would have asked meanwhile is in no number.",
    });
  });
  it("are not users for whom every limit was met", () => {
    expect(judged(waited(50, 500)).measurements.concurrent_users).toMatchObject({ low: 0, high: 100 });
    expect(judged(waited(50, 100)).measurements.concurrent_users).toMatchObject({ value: 100 });
  });
  it.each([
    ["up to 2 % of their time", waited(50, 200), "< 0.01"],
    ["less than the limit on errors allows", waited(50, 500), "< 0.06"],
    ["not at all", waited(500, 0), "< 0.01"],
    ["in a record of before, which does not tell", factsWithFailures(60_000, 50), "< 0.01"],
  ] as const)("are no reason where they waited %s", (_, facts, condition) => {
    expect(judged(facts, condition).verdict).toBe("pass");
  });
  it("are no reason against a certain failure", () => {
    const { verdict, invalid } = judged(waited(6000, 5000));
    expect(verdict).toBe("fail");
    expect(invalid).toStrictEqual([]);
  });
});
