import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueSlots, longestGapMs, nextSlot, parseSchedule, skippedHourWarning, type Schedule } from "./index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function good(cron: string, timezone = "UTC"): Schedule {
  const parsed = parseSchedule({ cron, timezone });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
  return parsed.schedule;
}

const at = (text: string): number => Date.parse(`${text}Z`);
const nightly = good("0 2 * * *");
const everyMinute = good("* * * * *");
const usual = { schedule: nightly, knownSince: at("2026-01-01T00:00"), catchUpMs: HOUR };
const lastNight = at("2026-11-22T02:00");
const tonight = at("2026-11-23T02:00");
const missed = (from: number, to: number, count: number) => ({ from, to, count, reason: "missed" as const });

describe("what is due", () => {
  it("runs a slot on time, once, and nothing early", () => {
    expect(dueSlots({ ...usual, lastSlot: lastNight, now: tonight - 1 })).toEqual({ skipped: [] });
    expect(dueSlots({ ...usual, lastSlot: lastNight, now: tonight })).toEqual({ run: tonight, skipped: [] });
    expect(dueSlots({ ...usual, lastSlot: tonight, now: tonight + 1 })).toEqual({ skipped: [] });
  });

  it("takes a slot on time without any catch-up window", () => {
    const now = tonight + 5_000;
    expect(dueSlots({ ...usual, catchUpMs: 0, lastSlot: lastNight, now })).toEqual({ run: tonight, skipped: [] });
  });

  it("1: down over one slot: run once inside the catch-up window, missed outside", () => {
    const late = tonight + 59 * MINUTE;
    expect(dueSlots({ ...usual, lastSlot: lastNight, now: late })).toEqual({ run: tonight, skipped: [] });
    expect(dueSlots({ ...usual, lastSlot: lastNight, now: tonight + HOUR })).toEqual({
      skipped: [missed(tonight, tonight, 1)],
    });
  });

  it("2: 30 days down on a minute schedule: one run, the others counted", () => {
    const now = lastNight + 30 * DAY;
    const due = dueSlots({ ...usual, schedule: everyMinute, lastSlot: lastNight, now });
    expect(due).toEqual({ run: now, skipped: [missed(lastNight + MINUTE, now - MINUTE, 30 * 1440 - 1)] });
  });

  it("2: five years of missed minutes over ten changes of the clock are counted, not walked", () => {
    const schedule = good("* * * * *", "Europe/Berlin");
    const now = lastNight + 5 * 365 * DAY;
    const began = process.cpuUsage();
    const { skipped } = dueSlots({ ...usual, schedule, lastSlot: lastNight, now });
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
    expect(skipped.map(({ count }) => count)).toEqual([5 * 365 * 1440 - 1]);
  });

  it("4: clock set back an hour: no second run, and the schedule goes on", () => {
    for (const schedule of [nightly, everyMinute]) {
      for (let now = tonight - HOUR; now <= tonight; now += 10_000) {
        for (const catchUpMs of [0, HOUR, 7 * DAY]) {
          expect(dueSlots({ ...usual, catchUpMs, schedule, lastSlot: tonight, now })).toEqual({ skipped: [] });
        }
      }
    }
    expect(dueSlots({ ...usual, schedule: everyMinute, lastSlot: tonight, now: tonight + MINUTE }).run).toBe(
      tonight + MINUTE,
    );
  });

  it("5: a mark of 2031 mutes nothing, whichever of the two it is", () => {
    const future = at("2031-06-01T02:00");
    const marks = [
      { lastSlot: future },
      { knownSince: future, lastSlot: lastNight },
      { knownSince: future, lastSlot: future },
    ];
    for (const mark of marks) {
      expect(dueSlots({ ...usual, ...mark, now: tonight - 1 })).toEqual({ skipped: [] });
      expect(dueSlots({ ...usual, ...mark, now: tonight })).toEqual({ run: tonight, skipped: [] });
    }
  });

  it("5: calls nothing missed that a wrong clock only makes look so", () => {
    const now = tonight + MINUTE;
    const due = dueSlots({
      ...usual,
      schedule: everyMinute,
      lastSlot: at("2031-01-01T00:00"),
      now,
      catchUpMs: 7 * DAY,
    });
    expect(due).toEqual({ run: now, skipped: [] });
    const known = dueSlots({ ...usual, knownSince: at("2031-01-01T00:00"), lastSlot: tonight - 2 * DAY, now });
    expect(known).toEqual({ run: tonight, skipped: [missed(lastNight, lastNight, 1)] });
  });

  it("owes nothing from before the schedule was known", () => {
    expect(dueSlots({ ...usual, knownSince: tonight + 1, now: tonight + MINUTE })).toEqual({ skipped: [] });
    expect(dueSlots({ ...usual, knownSince: tonight - 1, now: tonight + MINUTE })).toEqual({
      run: tonight,
      skipped: [],
    });
  });
});

/** A scheduler as small as it can be: one mark, and slots that can be taken only once. */
function simulate(schedule: Schedule, clock: readonly number[]) {
  const ran: { readonly slot: number; readonly now: number }[] = [];
  const taken = new Set<number>();
  let lastSlot: number | undefined;
  const knownSince = clock[0] ?? 0;
  for (const now of clock) {
    const due = dueSlots({
      schedule,
      knownSince,
      now,
      catchUpMs: HOUR,
      ...(lastSlot === undefined ? {} : { lastSlot }),
    });
    const decided = due.run ?? due.skipped.at(-1)?.to;
    if (due.run !== undefined && !taken.has(due.run)) ran.push({ slot: due.run, now });
    if (due.run !== undefined) taken.add(due.run);
    lastSlot = decided ?? lastSlot;
  }
  return ran;
}

describe("a clock that jumps", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
  const crons = fc.constantFrom("0 2 * * *", "30 2 * * *", "*/15 * * * *", "15,45 2 * * *", "7 */3 * * 1-5");

  it("without jumps, every slot runs in the minute it is due or is said to be missed", () => {
    fc.assert(
      fc.property(zones, crons, fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }), (zone, cron, steps) => {
        const schedule = good(cron, zone);
        const knownSince = at("2026-10-24T20:00");
        let [now, lastSlot, accounted] = [knownSince, knownSince, 0];
        for (const step of steps) {
          now += step * MINUTE;
          const due = dueSlots({ schedule, knownSince, lastSlot, now, catchUpMs: HOUR });
          accounted += (due.run === undefined ? 0 : 1) + due.skipped.reduce((sum, { count }) => sum + count, 0);
          lastSlot = due.run ?? due.skipped.at(-1)?.to ?? lastSlot;
        }
        let expected = 0;
        let slot = nextSlot(schedule, knownSince) ?? Infinity;
        for (; slot <= now; slot = nextSlot(schedule, slot) ?? Infinity) expected += 1;
        expect(accounted).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("5: to 2031 and back: every slot of the days after the return runs in its minute", () => {
    const minutes = (from: string, count: number): number[] =>
      Array.from({ length: count }, (_, index) => at(from) + index * MINUTE);
    for (const cron of ["0 2 * * *", "*/15 * * * *"]) {
      const schedule = good(cron);
      const back = minutes("2026-11-24T00:05", 3 * 1440);
      const clock = [...minutes("2026-11-23T22:00", 100), ...minutes("2031-05-05T01:30", 90), ...back];
      const expected = back.filter((now) => now > (back[0] ?? 0) && nextSlot(schedule, now - 1) === now);
      const ran = simulate(schedule, clock).filter(({ now }) => back.includes(now));
      expect(ran.filter(({ slot, now }) => slot === now).map(({ slot }) => slot)).toEqual(expected);
    }
  });

  it("to anywhere and back: no slot twice, none of the future, none later than the window", () => {
    const jumps = fc.array(fc.constantFrom(0, 0, -2 * HOUR, -HOUR, 3 * HOUR, 5 * 365 * DAY, -5 * 365 * DAY), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(zones, crons, jumps, (zone, cron, deltas) => {
        const schedule = good(cron, zone);
        const clock: number[] = [];
        let now = at("2026-10-24T20:00");
        for (const delta of [...deltas, 0]) {
          now += delta;
          for (let minute = 0; minute < 120; minute += 1) clock.push((now += MINUTE));
        }
        const ran = simulate(schedule, clock);
        expect(new Set(ran.map((run) => run.slot)).size).toBe(ran.length);
        for (const run of ran) {
          expect(run.slot).toBeLessThanOrEqual(run.now);
          expect(run.slot).toBeGreaterThan(run.now - HOUR);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("changes of the clock", () => {
  it("7: a nightly time inside a gap runs at the first valid minute after it, and says so beforehand", () => {
    const schedule = good("30 2 * * *", "Europe/Berlin");
    expect(nextSlot(schedule, at("2026-03-28T12:00"))).toBe(at("2026-03-29T01:00"));
    expect(skippedHourWarning(schedule)).toContain("skip from 02:00 to 03:00");
    expect(nextSlot(good("30 23 * * *", "America/Scoresbysund"), at("2027-03-27T12:00"))).toBe(at("2027-03-28T01:00"));
  });

  it("8: a fixed time runs once where an hour is repeated, also in a list; a pace is kept through both hours", () => {
    const from = at("2026-10-24T12:00");
    const runs = (cron: string, until: number): string[] => {
      const schedule = good(cron, "Europe/Berlin");
      const slots: string[] = [];
      for (
        let slot = nextSlot(schedule, from) ?? Infinity;
        slot <= until;
        slot = nextSlot(schedule, slot) ?? Infinity
      ) {
        slots.push(new Date(slot).toISOString().slice(11, 16));
      }
      return slots;
    };
    expect(runs("30 2 * * *", from + DAY)).toEqual(["00:30"]);
    expect(runs("15,45 2 * * *", from + DAY)).toEqual(["00:15", "00:45"]);
    expect(runs("15,45 2 * * *", from + DAY)).toHaveLength(2);
    expect(runs("*/15 * * * *", from + DAY)).toHaveLength(96);
  });

  it.each([
    ["0 2 * * *", "UTC"],
    ["0 4 * * *", "Europe/Berlin"],
    ["*/15 * * * *", "Europe/Berlin"],
    ["30 * * * *", "Australia/Lord_Howe"],
    ["30 2 1 1 *", "Europe/Berlin"],
    ["30 2 * * 1", "Europe/Berlin"],
    ["30 2 * * *", "Asia/Kathmandu"],
  ])("does not warn of %s in %s", (cron, zone) => expect(skippedHourWarning(good(cron, zone))).toBeUndefined());

  it.each([
    ["* * * * *", MINUTE],
    ["0 2 * * *", DAY],
    ["0 8-18 * * *", 14 * HOUR],
    ["0 2 * * 1-5", 3 * DAY],
    ["0 2 31 * *", 61 * DAY],
    ["0 2 29 2 *", (8 * 365 + 1) * DAY],
  ])("the longest time between two slots of %s in UTC is %d ms", (cron, longest) =>
    expect(longestGapMs(good(cron))).toBe(longest),
  );

  it("no two neighbours are further apart than the longest gap", () => {
    for (const cron of ["30 2 * * *", "*/20 2 * * *", "*/15 * * * *", "0 2 * * 0"]) {
      for (const zone of ["Europe/Berlin", "Australia/Lord_Howe", "America/Scoresbysund"]) {
        const schedule = good(cron, zone);
        const longest = longestGapMs(schedule);
        for (const day of ["2026-03-20", "2026-10-20", "2027-03-27", "2026-04-03", "2026-10-01"]) {
          const slots = [at(`${day}T00:00`)];
          for (let step = 0; step < 120; step += 1) slots.push(nextSlot(schedule, slots.at(-1) ?? 0) ?? 0);
          const gaps = slots.slice(2).map((slot, index) => slot - (slots[index + 1] ?? 0));
          expect(Math.max(...gaps)).toBeLessThanOrEqual(longest);
        }
      }
    }
  });
});
