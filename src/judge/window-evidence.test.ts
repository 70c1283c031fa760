import { describe, expect, it } from "vitest";
import type { TimelinePoint } from "../model/index.ts";
import { failuresOf } from "./error-rate.ts";
import { factsOf, objectiveOf, pointOf, times } from "../../test/support/facts.ts";
import { type Held, windowJudge, worstHeld } from "./window-evidence.ts";

const P95 = objectiveOf("latency_p95", "< 0.2");
const ERRORS = objectiveOf("error_rate", "< 0.01");

/** One period of `fast` answers within the limit, `slow` beyond it, `failed` of them by status. */
function period(fast: number, slow: number, failed = 0): TimelinePoint {
  return { ...pointOf(1, 10, [...times(fast, 0.1), ...times(slow, 0.3)]), failed };
}
function held(point: TimelinePoint, objective = P95, facts = factsOf(1)): Held {
  return windowJudge([point], [objective], failuresOf(facts))(0, 1);
}

describe("windowJudge", () => {
  it.each([
    ["met where the P99 is fast", period(995, 5), "met"],
    ["unsure where the limit lies between P95 and P99", period(970, 30), "unsure"],
    ["unsure where the limit lies between P90 and P95", period(940, 60), "unsure"],
    ["missed where the P90 is slow", period(890, 110), "missed"],
    ["unsure where failed answers may be among the fast ones", period(970, 30, 20), "unsure"],
    ["met though ten failed, when the P99 is fast", period(995, 5, 10), "met"],
    ["unsure where the P95 lies on a slow rank", period(190, 11), "unsure"],
    ["unsure where the P95 lies on the last fast rank", period(191, 10), "unsure"],
    ["met where all are fast", period(200, 0), "met"],
    ["unsure below 200 samples", period(199, 0), "unsure"],
    ["unsure below 200 good ones", period(201, 0, 2), "unsure"],
    ["missed where all are slow", period(0, 200), "missed"],
    ["missed where nothing was answered", period(0, 0), "missed"],
  ] as const)("is %s", (_, point, expected) => expect(held(point)).toBe(expected));

  it("is unsure without quantiles", () => {
    expect(held({ at: 1, seconds: 1, users: 1, requests: 500, failed: 0 })).toBe("unsure");
  });
  it("takes the errors of the window, and what checks and exceptions may add", () => {
    expect(held(period(1000, 0, 9), ERRORS)).toBe("met");
    expect(held(period(1000, 0, 10), ERRORS)).toBe("missed");
    const exceptions = { afterGood: 0, afterFailed: 0, withoutRequest: 1 };
    expect(held(period(1000, 0, 9), ERRORS, { ...factsOf(1), exceptions })).toBe("met");
    expect(held(period(1000, 0, 9), ERRORS, { ...factsOf(1), exceptions: { ...exceptions, withoutRequest: 2 } })).toBe(
      "unsure",
    );
  });
});

describe("worstHeld", () => {
  it("is settled by one that was missed", () => {
    expect(worstHeld(["met", "unsure", "missed"])).toBe("missed");
    expect(worstHeld(["met", "unsure"])).toBe("unsure");
    expect(worstHeld(["met"])).toBe("met");
  });
});
