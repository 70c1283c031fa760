import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Objective, UptimeReading } from "../model/index.ts";
import { judgeUptime, LEAST_COVERAGE, unknownUptime } from "./uptime.ts";

const THREE_NINES: Objective = { measurement: "uptime", comparator: ">=", limit: 0.999, condition: ">= 99.9%" };
const DAYS = 86_400;
const OF = { target: "chatbot", windowSeconds: 30 * DAYS, objective: THREE_NINES };
const EXPECTED = (30 * DAYS) / 15;

const reading = (probes: number, failed: number): UptimeReading => ({
  ...{ probes, answered: probes - failed, intervalSeconds: 15 },
});

describe("uptime over a whole window", () => {
  it.each([
    [0, "pass"],
    [172, "pass"], // 99.9 % of 172,800 allows 172.8
    [173, "warning"],
    [190, "warning"], // 10 % of what is allowed more: 190.08
    [191, "fail"],
    [EXPECTED, "fail"],
  ])("%d failed probes of 172,800: %s", (failed, verdict) => {
    expect(judgeUptime(OF, reading(EXPECTED, failed))).toMatchObject({ verdict, coverage: 1, probes: EXPECTED });
  });

  it("is exact at the limit", () => {
    expect(judgeUptime({ ...OF, windowSeconds: 15_000 }, reading(1000, 1))).toMatchObject({
      verdict: "pass",
      value: 0.999,
    });
    const tenThousand = { ...OF, windowSeconds: 150_000 };
    expect(judgeUptime(tenThousand, reading(10_000, 11))).toMatchObject({ verdict: "warning", value: 0.9989 });
    expect(judgeUptime(tenThousand, reading(10_000, 12)).verdict).toBe("fail");
  });

  it("says value, limit and window", () => {
    expect(judgeUptime(OF, reading(EXPECTED, 86)).reason).toBe(
      "99.95 % of 172,800 probes answered, measured over 30 d. The limit of 99.9 % is met.",
    );
  });
});

describe("uptime over a part of a window", () => {
  it("of a fresh install says how much was measured, and judges nothing", () => {
    const fresh = judgeUptime(OF, reading(480, 0));
    expect(fresh).toMatchObject({ verdict: "invalid", value: 1, coverage: 480 / EXPECTED });
    expect(fresh.reason).toBe(
      "100 % of 480 probes answered, measured over 2 h so far, of 30 d. It is judged once 50 % of the window is measured.",
    );
  });

  it("fails before that when the rest of the window cannot save it", () => {
    expect(judgeUptime(OF, reading(480, 190)).verdict).toBe("invalid");
    expect(judgeUptime(OF, reading(480, 191))).toMatchObject({ verdict: "fail" });
  });

  it("without any probe, and without an objective, has no verdict", () => {
    expect(judgeUptime(OF, reading(0, 0))).toEqual(unknownUptime(OF, "Prometheus holds no probe of it."));
    const free = { target: "chatbot", windowSeconds: 30 * DAYS };
    expect(judgeUptime(free, reading(EXPECTED, 1))).toMatchObject({ verdict: "invalid", coverage: 1 });
  });
});

describe("whatever was probed", () => {
  const readings = fc.record({
    probes: fc.integer({ min: 0, max: 400_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const limits = fc.integer({ min: 9_000, max: 10_000 }).map((limit) => limit / 10_000);
  const judged = (probes: number, share: number, limit: number): ReturnType<typeof judgeUptime> =>
    judgeUptime({ ...OF, objective: { ...THREE_NINES, limit } }, reading(probes, Math.floor(probes * share)));

  it("pass is said only with enough coverage and the limit met; a limit that is met never fails", () => {
    fc.assert(
      fc.property(readings, limits, ({ probes, share }, limit) => {
        const { verdict, coverage = 0, value } = judged(probes, share, limit);
        const isMet = value !== undefined && value >= limit;
        expect(verdict !== "pass" || (isMet && coverage >= LEAST_COVERAGE)).toBe(true);
        expect(!isMet || ["pass", "invalid"].includes(verdict)).toBe(true);
        expect(coverage).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("one more failed probe makes no verdict better", () => {
    const rank = { pass: 0, warning: 1, fail: 2, invalid: -1 };
    fc.assert(
      fc.property(readings, limits, ({ probes, share }, limit) => {
        const failed = Math.floor(probes * share);
        const [now, worse] = [failed, Math.min(probes, failed + 1)].map((count) =>
          judgeUptime({ ...OF, objective: { ...THREE_NINES, limit } }, reading(probes, count)),
        );
        expect(rank[worse!.verdict]).toBeGreaterThanOrEqual(rank[now!.verdict]);
      }),
    );
  });

  it("a fail before the window is covered stays a fail when all that follows is answered", () => {
    fc.assert(
      fc.property(readings, limits, ({ probes, share }, limit) => {
        const early = Math.min(probes, EXPECTED / 2 - 1);
        const failed = Math.floor(early * share);
        const of = { ...OF, objective: { ...THREE_NINES, limit } };
        if (judgeUptime(of, reading(early, failed)).verdict !== "fail") return;
        expect(judgeUptime(of, reading(EXPECTED, failed)).verdict).toBe("fail");
      }),
    );
  });
});
