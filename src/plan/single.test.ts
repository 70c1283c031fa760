import { describe, expect, it } from "vitest";
import type { Load, Trial } from "../model/index.ts";
import { singlePlan } from "./single.ts";

const load: Load = {
  pattern: "sustained",
  users: 100,
  warmup: { seconds: 30, users: 100 },
  stages: [
    { seconds: 60, users: 100 },
    { seconds: 540, users: 100 },
  ],
};
const target = { name: "chatbot" };

describe("singlePlan", () => {
  it("asks for one trial of the scenario as it is, and is then done", () => {
    const plan = singlePlan({ load, target });
    const step = plan.next([], []);
    const spec = { arms: ["only"] as const, pair: 0, target: "chatbot", load, cache: "as_is" as const };
    expect(step).toStrictEqual({ kind: "trial", spec });
    expect(plan.judgedArm).toBe("only");
    const outcome = { kind: "completed", exitCode: 0 } as const;
    const trial: Trial = { index: 0, spec, outcome, byArm: {}, invalid: [], startedAt: 0, endedAt: 1 };
    expect(plan.next([trial], [])).toStrictEqual({ kind: "done" });
  });
  it("estimates its length, warm-up included", () => {
    expect(singlePlan({ load, target }).estimate).toStrictEqual({ trials: 1, seconds: 630 });
  });
  it("does not guess the length where the script decides", () => {
    const own: Load = { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null };
    expect(singlePlan({ load: own, target }).estimate).toStrictEqual({ trials: 1 });
  });
});
