import { describe, expect, it } from "vitest";
import type { ClosedLoad, Objective, Trial, Verdict } from "../model/index.ts";
import { judgeRun } from "./judge-run.ts";
import type { Judgement } from "./verdict.ts";

const LEVELS = [10, 20, 30, 40];
const load: ClosedLoad = {
  pattern: "breakpoint",
  users: 40,
  ladder: { levels: LEVELS },
  warmup: { seconds: 0, users: 40 },
  stages: [{ seconds: 60, users: 40 }],
};
const FIRST: Judgement = { measurements: {}, verdict: "pass", objectives: [], invalid: [], reason: null };

function trialOf([users, verdict]: readonly [number, Verdict], index: number): Trial {
  const spec = {
    ...{ arms: ["only"] as const, pair: 0, target: "chatbot", cache: "as_is" as const },
    load: { pattern: "breakpoint", users, warmup: { seconds: 0, users }, stages: [{ seconds: 60, users }] } as const,
  };
  const outcome = { kind: "completed", exitCode: 0 } as const;
  return { index, spec, outcome, byArm: {}, invalid: [], verdict, startedAt: 0, endedAt: 1 };
}

function judged(trials: readonly (readonly [number, Verdict])[], limit?: number) {
  const all = trials.map(trialOf);
  const objective: Objective = {
    ...{ measurement: "max_passing_users", comparator: ">=", limit: limit ?? 0, condition: `>= ${limit ?? 0}` },
  };
  return judgeRun({ ...FIRST, verdict: trials[0]?.[1] ?? "invalid" }, all, {
    load,
    objectives: limit === undefined ? [] : [objective],
  });
}

describe("what a ladder of loads says", () => {
  it("the highest step that passed, the lowest that failed", () => {
    const { ladder, measurements, verdict } = judged([
      [10, "pass"],
      [20, "pass"],
      [30, "fail"],
      [30, "warning"],
    ]);
    expect(ladder).toMatchObject({ max_passing: 20, first_failing: 30, monotone: true });
    expect(ladder?.max_passing_at_most).toBeUndefined();
    expect(measurements.max_passing_users).toEqual({ value: 20, unit: "count", samples: 3 });
    expect(measurements.first_failing_users?.value).toBe(30);
    expect(verdict).toBe("pass"); // no objective on it: the lowest step passed
  });

  it("what of the target was used at each step, so that what is full at the knee is seen", () => {
    const of = (users: number, cores: number): Trial => ({
      ...trialOf([users, "pass"], 0),
      byArm: {
        only: {
          cpu_cores: { value: cores, unit: "cores", samples: 60 },
          memory_bytes_peak: { value: 1e9, unit: "bytes", samples: 60 },
          conversations: { value: 9, unit: "count", samples: 9 },
        },
      },
    });
    const { ladder } = judgeRun(FIRST, [of(10, 0.4), of(20, 0.9)], { load, objectives: [] });
    expect(ladder?.steps.map(({ measurements }) => measurements.cpu_cores?.value)).toEqual([0.4, 0.9]);
    expect(Object.keys(ladder?.steps[0]?.measurements ?? {})).toEqual(["cpu_cores", "memory_bytes_peak"]);
  });

  it("0 where the lowest failed, which fails any objective on it", () => {
    const run = judged([[10, "fail"], [10, "fail"]], 10); // prettier-ignore
    expect(run.measurements.max_passing_users?.value).toBe(0);
    expect(run.verdict).toBe("fail");
    expect(judged([[10, "fail"], [10, "fail"]]).verdict).toBe("fail"); // prettier-ignore
  });

  it("a step that could not be judged counts neither way: an objective passes only on what is certain", () => {
    const trials = [[10, "pass"], [20, "pass"], [30, "invalid"], [40, "fail"], [40, "fail"]] as const; // prettier-ignore
    expect(judged(trials).measurements.max_passing_users).toMatchObject({ value: 20, low: 20, high: 30 });
    expect(judged(trials, 20).verdict).toBe("pass");
    expect(judged(trials, 30)).toMatchObject({ verdict: "invalid", reason: { code: "not_measured" } });
    expect(judged(trials, 40).verdict).toBe("fail");
  });

  it("a ladder that ended early leaves all above open, and two tries that disagree are unclear", () => {
    const early = judged([[10, "pass"], [20, "invalid"]], 30); // prettier-ignore
    expect(early.measurements.max_passing_users).toMatchObject({ value: 10, high: 40 });
    expect(early.verdict).toBe("invalid");
    const torn = judged([[10, "pass"], [20, "fail"], [20, "pass"], [30, "fail"], [30, "fail"]]); // prettier-ignore
    expect(torn.ladder?.steps[1]).toMatchObject({ result: "unclear", trials: [1, 2] });
    expect(torn.measurements.max_passing_users).toMatchObject({ value: 10, high: 20 });
  });

  it("a step that passes above one that failed is no capacity: the target is not stable", () => {
    const run = judged([[10, "pass"], [20, "fail"], [30, "pass"], [40, "fail"]]); // prettier-ignore
    expect(run.ladder).toMatchObject({ max_passing: 10, first_failing: 20, monotone: false });
  });

  it("nothing where no step could be judged: an objective on it is invalid", () => {
    const run = judged([[10, "invalid"], [20, "invalid"]], 10); // prettier-ignore
    expect(run.measurements.max_passing_users).toBeUndefined();
    expect(run.verdict).toBe("invalid");
  });
});
