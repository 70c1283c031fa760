import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSlots } from "./count.ts";
import { lastSlotUntil, nextSlot, parseSchedule, slotsBetween, type Schedule } from "./slots.ts";

/**
 * The reference knows nothing of the room: it walks UTC minute by minute, asks Intl what clocks show, and matches it
 * against numbers it made itself.
 */

interface Line {
  readonly cron: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[] | null;
  readonly weekdays: readonly number[] | null;
  readonly fixed: boolean;
}

const MINUTE = 60_000;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function wallOf(format: Intl.DateTimeFormat, at: number) {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    minute: Number(parts.minute),
    hour: Number(parts.hour),
    day: Number(parts.day),
    weekday: WEEKDAYS.indexOf(parts.weekday ?? ""),
    asUtc: Date.UTC(
      Number(parts.year),
      Number(parts.month) - 1,
      Number(parts.day),
      Number(parts.hour),
      Number(parts.minute),
    ),
  };
}

function wallOfUtc(asUtc: number) {
  const date = new Date(asUtc);
  return {
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    asUtc,
  };
}

function matches(line: Line, wall: ReturnType<typeof wallOf>): boolean {
  const { days, weekdays } = line;
  if (!line.minutes.includes(wall.minute) || !line.hours.includes(wall.hour)) return false;
  if (days === null) return weekdays === null || weekdays.includes(wall.weekday);
  return days.includes(wall.day) || (weekdays?.includes(wall.weekday) ?? false);
}

/** Slots in (after, until], both whole minutes. */
function slowSlots(line: Line, timezone: string, [after, until]: readonly [number, number]): number[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "numeric",
  });
  const start = after - 4 * 60 * MINUTE;
  const seen = new Set<number>();
  const slots: number[] = [];
  let before = wallOf(format, start).asUtc;
  for (let at = start + MINUTE; at <= until; at += MINUTE) {
    const wall = wallOf(format, at);
    let due = matches(line, wall) && !(line.fixed && seen.has(wall.asUtc));
    // A fixed time that clocks skip runs at the first minute there is.
    for (let gone = before + MINUTE; line.fixed && gone < wall.asUtc; gone += MINUTE) {
      due ||= matches(line, wallOfUtc(gone));
    }
    if (due && at > after) slots.push(at);
    seen.add(wall.asUtc);
    before = wall.asUtc;
  }
  return slots;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const listOf = (most: number) => fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 4 });
const anySteps = (most: number) =>
  fc
    .constantFrom(2, 5, 7, 15, 20)
    .map((step) => ({ text: `*/${step}`, values: range(0, most).filter((value) => value % step === 0), fixed: false }));
const every = (most: number) => fc.constant({ text: "*", values: range(0, most), fixed: false });
const lists = (most: number) => listOf(most).map((values) => ({ text: values.join(","), values, fixed: true }));
/** Hours near those at which clocks are moved, so that most lines meet a change. */
const night = fc
  .uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 })
  .map((values) => ({ text: values.join(","), values, fixed: true }));

const lines: fc.Arbitrary<Line> = fc
  .record({
    minute: fc.oneof(lists(59), anySteps(59), every(59)),
    hour: fc.oneof(night, night, lists(23), anySteps(23), every(23)),
    days: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 8 }), { freq: 3 }),
    weekdays: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 }), { freq: 3 }),
  })
  .map(({ minute, hour, days, weekdays }) => ({
    cron: `${minute.text} ${hour.text} ${days?.join(",") ?? "*"} * ${weekdays?.join(",") ?? "*"}`,
    minutes: minute.values,
    hours: hour.values,
    days,
    weekdays,
    fixed: minute.fixed && hour.fixed,
  }));

/** Days on which clocks are moved, and the usual ones beside them. */
const places = fc.constantFrom(
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-04-04"],
  ["Australia/Lord_Howe", "2026-10-03"],
  ["America/Scoresbysund", "2027-03-28"],
  ["America/Scoresbysund", "2027-10-31"],
  ["Africa/Cairo", "2026-04-23"],
  ["Asia/Kathmandu", "2026-06-01"],
  ["UTC", "2026-02-28"],
);

const windows = fc.record({
  place: places,
  startMinutes: fc.integer({ min: -1500, max: 1500 }),
  minutes: fc.integer({ min: 1, max: 3 * 1440 }),
});

function good(cron: string, timezone: string): Schedule {
  const parsed = parseSchedule({ cron, timezone });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
  return parsed.schedule;
}

describe("slots, against a reference that walks every minute (reliability 7, 8)", () => {
  it("are the same over changes of the clock, forwards, backwards and counted", () => {
    fc.assert(
      fc.property(lines, windows, (line, { place: [timezone = "", day = ""], startMinutes, minutes }) => {
        const after = Date.parse(`${day}T00:00:00Z`) + startMinutes * MINUTE;
        const until = after + minutes * MINUTE;
        const expected = slowSlots(line, timezone, [after, until]);
        const schedule = good(line.cron, timezone);
        const limit = 300;
        const found = slotsBetween(schedule, after, { until, limit });
        expect(found).toEqual({ slots: expected.slice(0, limit), more: expected.length > limit });
        expect(countSlots(schedule, after, until)).toBe(expected.length);
        const last = lastSlotUntil(schedule, until) ?? -Infinity;
        expect(last > after ? last : undefined).toBe(expected.at(-1));
      }),
      { numRuns: 250 },
    );
  });

  it("do not depend on the fraction of a minute that is asked from", () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: MINUTE - 1 }), (line, ms) => {
        const schedule = good(line.cron, "Europe/Berlin");
        const slot = nextSlot(schedule, Date.UTC(2026, 9, 24, 20)) ?? 0;
        expect(slot % MINUTE).toBe(0);
        expect(nextSlot(schedule, slot - ms)).toBe(slot);
        expect(nextSlot(schedule, slot + ms)).toBeGreaterThan(slot);
        expect(lastSlotUntil(schedule, slot + ms)).toBe(slot);
        expect(lastSlotUntil(schedule, slot - 1)).toBeLessThan(slot);
      }),
      { numRuns: 200 },
    );
  });
});
