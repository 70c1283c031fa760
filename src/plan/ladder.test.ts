import { describe, expect, it } from "vitest";
import { levelOf, reason, type Load, type ReasonCode, type Trial, type Verdict } from "../model/index.ts";
import { planFor } from "./index.ts";

const target = { name: "chatbot" };

function ladder(pattern: "stress" | "breakpoint", levels: readonly number[]): Load {
  const users = levels.at(-1) ?? 1;
  return { pattern, users, ladder: { levels }, warmup: { seconds: 5, users }, stages: [{ seconds: 60, users }] };
}

/** Levels of the trials that the plan asks for, given how each comes out. */
function levelsRun(load: Load, verdictOf: (level: number, nth: number) => Verdict | ReasonCode): readonly number[] {
  const plan = planFor({ load, target });
  const done: Trial[] = [];
  for (;;) {
    const step = plan.next(done, []);
    if (step.kind === "done") return done.map(({ spec }) => levelOf(spec.load) ?? 0);
    const level = levelOf(step.spec.load) ?? 0;
    const said = verdictOf(level, done.filter(({ spec }) => levelOf(spec.load) === level).length);
    const isVerdict = said === "pass" || said === "warning" || said === "fail" || said === "invalid";
    done.push({
      ...{ index: done.length, spec: step.spec, outcome: { kind: "completed", exitCode: 0 }, byArm: {} },
      ...{ startedAt: 0, endedAt: 1, verdict: isVerdict ? said : "invalid" },
      invalid: isVerdict ? [] : [reason(said, "")],
    });
  }
}

describe("a ladder of loads", () => {
  it("holds each level as a load of its own", () => {
    const step = planFor({ load: ladder("stress", [10, 20]), target }).next([], []);
    expect(step).toMatchObject({
      kind: "trial",
      spec: { load: { pattern: "stress", users: 10, warmup: { seconds: 5, users: 10 }, stages: [{ users: 10 }] } },
    });
    expect(step.kind === "trial" && "ladder" in step.spec.load).toBe(false);
  });

  it("stress goes on to the top, whatever fails", () => {
    expect(levelsRun(ladder("stress", [1, 2, 3]), () => "fail")).toEqual([1, 2, 3]);
  });

  it("breakpoint tries a level that failed once more and stops when it failed twice", () => {
    const levels = [10, 20, 30, 40];
    expect(levelsRun(ladder("breakpoint", levels), (n) => (n < 30 ? "pass" : "fail"))).toEqual([10, 20, 30, 30]);
    expect(levelsRun(ladder("breakpoint", levels), (n) => (n < 30 ? "pass" : "warning"))).toEqual([10, 20, 30, 30]);
  });

  it("breakpoint goes on where only the first try failed, and where a step could not be judged", () => {
    const once = (level: number, nth: number): Verdict => (level === 20 && nth === 0 ? "fail" : "pass");
    expect(levelsRun(ladder("breakpoint", [10, 20, 30]), once)).toEqual([10, 20, 20, 30]);
    expect(levelsRun(ladder("breakpoint", [10, 20, 30]), () => "too_few_samples")).toEqual([10, 20, 30]);
  });

  it.each(["generator_saturated", "iterations_dropped", "probe_saturated"] as const)("stops at %s", (code) => {
    const limit = (level: number): Verdict | ReasonCode => (level >= 20 ? code : "pass");
    expect(levelsRun(ladder("stress", [10, 20, 30]), limit)).toEqual([10, 20]);
    expect(levelsRun(ladder("breakpoint", [10, 20, 30]), limit)).toEqual([10, 20]);
  });

  it("estimates all steps with their warm-ups, and a breakpoint's second try", () => {
    expect(planFor({ load: ladder("stress", [1, 2, 3]), target }).estimate).toEqual({ trials: 3, seconds: 195 });
    expect(planFor({ load: ladder("breakpoint", [1, 2, 3]), target }).estimate).toEqual({ trials: 4, seconds: 260 });
  });
});
