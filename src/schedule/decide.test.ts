import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SchedulePlan } from "../model/index.ts";
import { decideSlots, inBlackout, jitterMs, nextSlot, parseSchedule, slotsBetween, type Schedule } from "./index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const at = (text: string): number => Date.parse(`${text}Z`);

function given(cron: string, plan: Partial<SchedulePlan> = {}): { schedule: Schedule; plan: SchedulePlan } {
  const timezone = plan.timezone ?? "UTC";
  const parsed = parseSchedule({ cron, timezone });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
  const defaults = { overlap: "skip", catchUpSeconds: 3600, jitterSeconds: 0, blackouts: [], paused: false } as const;
  return { schedule: parsed.schedule, plan: { cron, timezone, ...defaults, ...plan } };
}

const workHours = { from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] };
const overnight = { from: "22:00", to: "06:00", days: [5] };
const monday = at("2026-11-23T00:00");
const known = { knownSince: monday - DAY };
const single = (slot: number, reason: string) => ({ from: slot, to: slot, count: 1, reason });

describe("what is decided", () => {
  it("nothing, a run on time, and a late one with those before it missed", () => {
    const hourly = given("0 * * * *");
    const lastSlot = monday;
    expect(decideSlots({ ...hourly, state: { ...known, lastSlot }, now: monday + HOUR - 1 })).toEqual({ skipped: [] });
    expect(decideSlots({ ...hourly, state: { ...known, lastSlot }, now: monday + HOUR })).toEqual({
      last: monday + HOUR,
      run: monday + HOUR,
      skipped: [],
    });
    expect(decideSlots({ ...hourly, state: { ...known, lastSlot }, now: monday + 3 * HOUR + 5 })).toEqual({
      last: monday + 3 * HOUR,
      run: monday + 3 * HOUR,
      skipped: [{ from: monday + HOUR, to: monday + 2 * HOUR, count: 2, reason: "missed" }],
    });
  });

  it("all that is due of a paused schedule is skipped as paused, and nothing is owed when it goes on", () => {
    const paused = given("0 * * * *", { paused: true });
    const state = { ...known, lastSlot: monday };
    const now = monday + 5 * HOUR + MINUTE;
    const decided = decideSlots({ ...paused, state, now });
    expect(decided).toEqual({
      last: monday + 5 * HOUR,
      skipped: [{ from: monday + HOUR, to: monday + 5 * HOUR, count: 5, reason: "paused" }],
    });
    const resumed = decideSlots({ ...given("0 * * * *"), state: { ...known, lastSlot: decided.last! }, now });
    expect(resumed).toEqual({ skipped: [] });
  });

  it("a slot in a blackout does not run, also when it is decided after the blackout is over", () => {
    const hourly = given("0 * * * *", { blackouts: [workHours] });
    const decide = (slot: number, now: number) =>
      decideSlots({ ...hourly, state: { ...known, lastSlot: slot - HOUR }, now });
    const [eight, five, six] = [monday + 8 * HOUR, monday + 17 * HOUR, monday + 18 * HOUR];
    expect(decide(eight, eight)).toEqual({ last: eight, skipped: [single(eight, "blackout")] });
    expect(decide(five, six - MINUTE)).toEqual({ last: five, skipped: [single(five, "blackout")] });
    expect(decide(six, six).run).toBe(six);
  });

  it("a late slot does not begin in a blackout either", () => {
    const early = given("55 7 * * *", { blackouts: [workHours] });
    const slot = monday + 7 * HOUR + 55 * MINUTE;
    const state = { ...known, lastSlot: slot - DAY };
    expect(decideSlots({ ...early, state, now: slot + MINUTE }).run).toBe(slot);
    expect(decideSlots({ ...early, state, now: slot + 6 * MINUTE }).skipped).toEqual([single(slot, "blackout")]);
  });

  it("2: 30 days down on a minute schedule: one run at most, one row, and hardly any work", () => {
    const minutely = given("* * * * *", { timezone: "Europe/Berlin" });
    const now = monday + 30 * DAY;
    const began = process.cpuUsage();
    const { run, skipped } = decideSlots({ ...minutely, state: { ...known, lastSlot: monday }, now });
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(100);
    expect(run).toBe(now);
    expect(skipped).toEqual([{ from: monday + MINUTE, to: now - MINUTE, count: 30 * 1440 - 1, reason: "missed" }]);
  });

  it("6: a tick that comes 5 s or 10 min late still takes the slot, without any catch-up window at most a minute", () => {
    const nightly = given("0 2 * * *");
    const slot = monday + 2 * HOUR;
    for (const late of [0, 5_000, 10 * MINUTE]) {
      expect(decideSlots({ ...nightly, state: known, now: slot + late }).run).toBe(slot);
    }
    const strict = given("0 2 * * *", { catchUpSeconds: 0 });
    expect(decideSlots({ ...strict, state: known, now: slot + 59_999 }).run).toBe(slot);
    expect(decideSlots({ ...strict, state: known, now: slot + MINUTE }).run).toBeUndefined();
  });
});

describe("blackouts", () => {
  const plan = (blackouts: SchedulePlan["blackouts"], timezone = "UTC") => given("* * * * *", { blackouts, timezone });
  const inside = (blackouts: SchedulePlan["blackouts"], text: string, zone = "UTC"): boolean =>
    inBlackout(blackouts, plan(blackouts, zone).schedule.zone, at(text));

  it("hold their first minute and not their last, on their days alone", () => {
    expect(inside([workHours], "2026-11-23T07:59:59")).toBe(false);
    expect(inside([workHours], "2026-11-23T08:00:00")).toBe(true);
    expect(inside([workHours], "2026-11-23T17:59:59")).toBe(true);
    expect(inside([workHours], "2026-11-23T18:00:00")).toBe(false);
    expect(inside([workHours], "2026-11-22T12:00:00")).toBe(false);
    expect(inside([{ from: "00:00", to: "24:00", days: [] }], "2026-11-22T23:59:59")).toBe(true);
  });

  it("reach over midnight from the day on which they begin", () => {
    expect(inside([overnight], "2026-11-27T21:59")).toBe(false);
    expect(inside([overnight], "2026-11-27T22:00")).toBe(true);
    expect(inside([overnight], "2026-11-28T05:59")).toBe(true);
    expect(inside([overnight], "2026-11-28T06:00")).toBe(false);
    expect(inside([overnight], "2026-11-28T22:00")).toBe(false);
    expect(inside([overnight], "2026-11-27T03:00")).toBe(false);
  });

  it("7, 8: follow what clocks show on the days on which they are moved", () => {
    const night = [{ from: "02:00", to: "04:00", days: [] }];
    expect(inside(night, "2026-03-29T00:59", "Europe/Berlin")).toBe(false); // 01:59
    expect(inside(night, "2026-03-29T01:00", "Europe/Berlin")).toBe(true); // 03:00
    expect(inside(night, "2026-03-29T02:00", "Europe/Berlin")).toBe(false); // 04:00
    expect(inside(night, "2026-10-25T00:30", "Europe/Berlin")).toBe(true); // 02:30, first time
    expect(inside(night, "2026-10-25T01:30", "Europe/Berlin")).toBe(true); // 02:30, second time
    expect(inside(night, "2026-10-25T02:59", "Europe/Berlin")).toBe(true); // 03:59
    expect(inside(night, "2026-10-25T03:00", "Europe/Berlin")).toBe(false);
  });
});

describe("jitter", () => {
  const jittery = given("0 2 * * *", { jitterSeconds: 600 }).plan;
  const slots = Array.from({ length: 4000 }, (_, day) => monday + day * DAY);

  it("is the same for everybody who asks, and not the same for all scenarios and nights", () => {
    const drawn = slots.map((slot) => jitterMs(jittery, "chat-api", slot));
    expect(slots.map((slot) => jitterMs({ ...jittery }, "chat-api", slot))).toEqual(drawn);
    expect(new Set(drawn).size).toBeGreaterThan(3900);
    expect(new Set(slots.slice(0, 50).map((_, i) => jitterMs(jittery, `chat-${i}`, monday))).size).toBe(50);
    expect(jitterMs({ ...jittery, jitterSeconds: 0 }, "chat-api", monday)).toBe(0);
  });

  it("is spread evenly over its length", () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const slot of slots) {
      const drawn = jitterMs(jittery, "chat-api", slot);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(600_000);
      tenths[Math.floor(drawn / 60_000)]! += 1;
    }
    // Chi-square with 9 degrees of freedom: above 27.9 once in a thousand.
    expect(tenths.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0)).toBeLessThan(27.9);
  });

  it("never ends in a blackout", () => {
    const plan = { ...jittery, jitterSeconds: 12 * 3600, blackouts: [{ from: "08:00", to: "18:00", days: [] }] };
    const drawn = slots.map((slot) => slot + 2 * HOUR + jitterMs(plan, "chat-api", slot + 2 * HOUR));
    expect(drawn.filter((begin) => begin % DAY >= 8 * HOUR && begin % DAY < 18 * HOUR)).toEqual([]);
    expect(drawn.filter((begin) => begin % DAY === 2 * HOUR).length).toBeGreaterThan(1000);
  });
});

describe("whatever the ticks", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  const crons = fc.constantFrom("0 2 * * *", "30 2 * * *", "*/15 * * * *", "15,45 2 * * *", "7 */3 * * 1-5");
  const blackouts = fc.subarray([workHours, overnight, { from: "01:30", to: "03:10", days: [] }]);
  const starts = fc.constantFrom(at("2026-03-28T18:00"), at("2026-10-24T18:00"), at("2026-10-31T20:00"));

  it("every slot is decided exactly once, with a run or a reason, and none begins in a blackout (7, 8)", () => {
    const seconds = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(zones, crons, fc.record({ blackouts, starts, seconds }), (timezone, cron, rest) => {
        const { schedule, plan } = given(cron, { timezone, blackouts: rest.blackouts });
        const decided: number[] = [];
        let [now, lastSlot] = [rest.starts, undefined as number | undefined];
        for (const step of rest.seconds) {
          now += step * 1000;
          const state = { knownSince: rest.starts, ...(lastSlot === undefined ? {} : { lastSlot }) };
          const answer = decideSlots({ schedule, plan, state, now });
          for (const { from, to, count } of answer.skipped) {
            const { slots } = slotsBetween(schedule, from - 1, { until: to, limit: 1000 });
            expect(slots).toHaveLength(count);
            decided.push(...slots);
          }
          if (answer.run !== undefined) decided.push(answer.run);
          expect(answer.run !== undefined && inBlackout(plan.blackouts, schedule.zone, now)).toBe(false);
          lastSlot = answer.last ?? lastSlot;
          expect(decided.at(-1)).toBe(lastSlot);
        }
        expect(decided).toEqual(slotsBetween(schedule, rest.starts, { until: now, limit: 10_000 }).slots);
      }),
      { numRuns: 100 },
    );
  });

  it("4, 5: a clock set back or far ahead and back: no slot runs twice, and the schedule goes on", () => {
    const jumps = fc.array(fc.constantFrom(0, -HOUR, -2 * HOUR, 5 * 365 * DAY, -5 * 365 * DAY), { maxLength: 4 });
    fc.assert(
      fc.property(zones, jumps, (timezone, deltas) => {
        const { schedule, plan } = given("*/15 * * * *", { timezone });
        const ran = new Set<number>();
        let [now, lastSlot] = [at("2026-10-24T20:00"), undefined as number | undefined];
        const knownSince = now;
        const tick = (): number | undefined => {
          now += MINUTE;
          const state = { knownSince, ...(lastSlot === undefined ? {} : { lastSlot }) };
          const answer = decideSlots({ schedule, plan, state, now });
          lastSlot = answer.last ?? lastSlot;
          if (answer.run === undefined) return undefined;
          expect(answer.run).toBeLessThanOrEqual(now);
          // The database refuses a second run of a slot after a wild clock; set back an hour there is not even a second try.
          const gentle = deltas.every((delta) => Math.abs(delta) <= 2 * HOUR) && deltas.length <= 1;
          expect(gentle && ran.has(answer.run)).toBe(false);
          ran.add(answer.run);
          return answer.run;
        };
        for (const delta of deltas) {
          for (let minute = 0; minute < 90; minute += 1) tick();
          now += delta;
        }
        // Whatever was: after three hours each slot runs in its minute.
        for (let minute = 0; minute < 180 + 120 * deltas.length; minute += 1) tick();
        const expected = nextSlot(schedule, now)!;
        let got: number | undefined;
        while (now < expected) got = tick();
        expect(got).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});
