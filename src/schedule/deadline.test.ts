import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SchedulePlan } from "../model/index.ts";
import { decideSlots, jitterMs, nextRunnableSlot, parseSchedule, runDeadline, type Schedule } from "./index.ts";

const at = (text: string): number => Date.parse(`${text}Z`);

function given(cron: string, plan: Partial<SchedulePlan> = {}): readonly [Schedule, SchedulePlan] {
  const timezone = plan.timezone ?? "UTC";
  const parsed = parseSchedule({ cron, timezone });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
  const defaults = { overlap: "skip", catchUpSeconds: 3600, jitterSeconds: 0, blackouts: [], paused: false } as const;
  return [parsed.schedule, { cron, timezone, ...defaults, ...plan }];
}

const now = at("2026-11-23T12:00");
const facts = { knownSince: at("2026-01-01T00:00"), longestRunSeconds: 600, now };
const ended = (text: string) => ({ ...facts, lastJudgedEnd: at(text), now: at(text) });

describe("the deadline of a scheduled verdict", () => {
  it("is two slots, the catch-up window and the longest run after the last verdict", () => {
    expect(runDeadline(...given("0 2 * * *"), ended("2026-11-23T02:11"))).toBe(at("2026-11-25T03:10"));
    expect(runDeadline(...given("0 2 * * *", { jitterSeconds: 900 }), ended("2026-11-23T02:11"))).toBe(
      at("2026-11-25T03:25"),
    );
  });

  it("waits for a late slot no longer than until the next one", () => {
    expect(runDeadline(...given("*/5 * * * *"), ended("2026-11-23T11:01"))).toBe(at("2026-11-23T11:25"));
  });

  it("passes over slots in a blackout, weekends, and months without a 31st", () => {
    const days = { blackouts: [{ from: "00:00", to: "24:00", days: [6, 0] }] };
    expect(runDeadline(...given("0 2 * * *", days), ended("2026-11-27T02:11"))).toBe(at("2026-12-01T03:10"));
    expect(runDeadline(...given("0 2 * * 0"), ended("2026-11-22T02:11"))).toBe(at("2026-12-06T03:10"));
    expect(runDeadline(...given("0 2 31 * *"), ended("2026-10-31T02:11"))).toBe(at("2027-01-31T03:10"));
  });

  it("7, 8: has the true length of the nights on which clocks are moved", () => {
    const berlin = given("0 4 * * *", { timezone: "Europe/Berlin" });
    expect(runDeadline(...berlin, ended("2026-03-28T03:11"))).toBe(at("2026-03-30T03:10"));
    expect(runDeadline(...berlin, ended("2026-10-24T02:11"))).toBe(at("2026-10-26T04:10"));
  });

  it("is none while the schedule is paused, or where it can never run", () => {
    expect(runDeadline(...given("0 2 * * *", { paused: true }), facts)).toBeUndefined();
    const never = { blackouts: [{ from: "01:00", to: "03:00", days: [] }] };
    expect(runDeadline(...given("0 2 * * *", never), facts)).toBeUndefined();
  });

  it("owes nothing from before the line was known, or from while it was paused", () => {
    const known = { ...ended("2026-10-01T02:11"), now, knownSince: at("2026-11-23T09:00") };
    expect(runDeadline(...given("0 2 * * *"), known)).toBe(at("2026-11-25T03:10"));
    const resumed = { ...ended("2026-10-01T02:11"), now, pausedUntil: at("2026-11-23T02:00") };
    expect(runDeadline(...given("0 2 * * *"), resumed)).toBe(at("2026-11-25T03:10"));
  });

  it("5: a verdict of 2031 does not mute the alarm until then", () => {
    const wrong = { ...ended("2031-01-01T02:11"), now, knownSince: at("2026-11-20T00:00") };
    expect(runDeadline(...given("0 2 * * *"), wrong)).toBe(at("2026-11-21T03:10"));
    expect(runDeadline(...given("0 2 * * *"), { ...wrong, knownSince: at("2031-01-01T00:00") })).toBe(
      at("2026-11-25T03:10"),
    );
  });

  it("never passes while every other run gives a verdict, with any jitter, blackouts and delays inside the window", () => {
    const crons = fc.constantFrom("0 2 * * *", "*/15 * * * *", "7 */3 * * 1-5", "30 2 * * 0", "0 8-18 * * *");
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "Australia/Lord_Howe");
    const windows = fc.subarray([
      { from: "08:00", to: "12:00", days: [1, 2, 3] },
      { from: "22:00", to: "01:00", days: [] },
    ]);
    const rest = fc.record({
      jitterSeconds: fc.constantFrom(0, 300, 7200),
      catchUpSeconds: fc.constantFrom(0, 3600, 86_400),
      delays: fc.array(fc.nat(50), { minLength: 30, maxLength: 60 }),
      start: fc.constantFrom(at("2026-03-20T10:00"), at("2026-10-18T10:00")),
    });
    fc.assert(
      fc.property(crons, zones, fc.tuple(windows, rest), (cron, timezone, [blackouts, { delays, start, ...times }]) => {
        const [schedule, plan] = given(cron, { timezone, blackouts, ...times });
        const longestRunSeconds = 600;
        let [time, lastJudgedEnd, lastSlot] = [start, undefined as number | undefined, start];
        for (const [index, delay] of delays.entries()) {
          const slot = nextRunnableSlot(schedule, blackouts, lastSlot)!;
          // A tick comes up to 50 s late.
          time = slot + delay * 1000;
          const deadline = runDeadline(schedule, plan, {
            knownSince: start,
            longestRunSeconds,
            now: time,
            ...(lastJudgedEnd === undefined ? {} : { lastJudgedEnd }),
          });
          const answer = decideSlots({ schedule, plan, state: { knownSince: start, lastSlot }, now: time });
          expect(answer.run).toBe(slot);
          const end = slot + Math.max(delay * 1000, jitterMs(plan, "a", slot)) + longestRunSeconds * 1000;
          // Up to every second run is broken; the deadline holds for those that are not.
          const judged = index % 2 === 1;
          expect(judged ? deadline : Infinity).toBeGreaterThanOrEqual(end);
          if (judged) {
            lastJudgedEnd = end;
            time = end;
          }
          lastSlot = Math.max(slot, time);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is found fast on a minute schedule with long nights", () => {
    const nights = given("* * * * *", {
      timezone: "Europe/Berlin",
      blackouts: [{ from: "06:00", to: "05:59", days: [] }],
    });
    const began = process.cpuUsage();
    for (let run = 0; run < 100; run += 1) runDeadline(...nights, ended("2026-11-23T11:01"));
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
    expect(runDeadline(...nights, ended("2026-11-23T04:58"))).toBe(at("2026-11-24T06:09"));
  });
});
