import { DAY_MS, MINUTE_MS, namesDate, namesWallTime } from "./calendar.ts";
import type { CronFields } from "./fields.ts";
import { lastSlotUntil, nextSlot, type Schedule } from "./slots.ts";
import { transitionsBetween, type Transition, type Zone } from "./zone.ts";

/** Years in which a zone's standing rules show: fixed, so that a warning depends on the line and the zone alone. */
const RULES_FROM = Date.UTC(2026, 0, 1);
const RULES_UNTIL = Date.UTC(2038, 0, 1);

/**
 * A sentence for a schedule with a time that clocks skip once a year; undefined where there is none. A pace that goes
 * through the whole day (every 15 minutes) loses nothing there.
 */
export function skippedHourWarning(schedule: Schedule): string | undefined {
  const { fields, timezone } = schedule;
  if (!hasLimitedTimes(fields)) return undefined;
  const gap = standingTransitions(schedule.zone).find(({ wallBefore, wallAfter }) =>
    namesWallTime(fields, wallBefore, wallAfter),
  );
  if (gap === undefined) return undefined;
  const [from, to] = [timeOf(gap.wallBefore), timeOf(gap.wallAfter)];
  const effect = fields.fixedTime ? `it then runs at ${to}` : "what falls in between does not run then";
  return `clocks in ${timezone} skip from ${from} to ${to} when summer time begins: ${effect}; a time outside of it, or timezone UTC, always exists`;
}

function hasLimitedTimes(fields: CronFields): boolean {
  return new Set(fields.minutesOfDay.map((minute) => Math.floor(minute / 60))).size < 24;
}

/** The same for every schedule of a zone, and milliseconds to find. */
const STANDING = new WeakMap<Zone, readonly Transition[]>();

function standingTransitions(zone: Zone): readonly Transition[] {
  const known = STANDING.get(zone) ?? transitionsBetween(zone, RULES_FROM, RULES_UNTIL);
  STANDING.set(zone, known);
  return known;
}

function timeOf(wall: number): string {
  return new Date(wall).toISOString().slice(11, 16);
}

/** 40 years with every kind of year and the longest wait for a 29th of February: 2096 to 2104. */
const CALENDAR_FROM = Date.UTC(2092, 0, 1);
const CALENDAR_DAYS = 14_610;

/**
 * No two neighbouring slots are further apart than this many milliseconds: exact in UTC; elsewhere the zone's largest
 * change of the clock is added, and slots that a change leaves out are counted.
 */
export function longestGapMs(schedule: Schedule): number {
  const changes = standingTransitions(schedule.zone);
  const largest = Math.max(0, ...changes.map(({ wallBefore, wallAfter }) => Math.abs(wallBefore - wallAfter)));
  const around = changes.map(({ at }) => {
    const before = lastSlotUntil(schedule, at - 1);
    const after = nextSlot(schedule, at - 1);
    return before === undefined || after === undefined ? 0 : after - before;
  });
  return Math.max(longestOnTheWall(schedule.fields) + largest, ...around);
}

function longestOnTheWall(fields: CronFields): number {
  const { minutesOfDay } = fields;
  const steps = minutesOfDay.slice(1).map((minute, index) => minute - (minutesOfDay[index] ?? 0));
  const overnight = (minutesOfDay[0] ?? 0) - (minutesOfDay.at(-1) ?? 0);
  const days = gapsBetweenDates(fields).longest;
  return Math.max(days * DAY_MS + overnight * MINUTE_MS, ...steps.map((step) => step * MINUTE_MS));
}

/** No two neighbouring slots are nearer than this many milliseconds, but where a change of the clock moves them. */
export function shortestGapMs({ fields }: Schedule): number {
  const { minutesOfDay } = fields;
  const steps = minutesOfDay.slice(1).map((minute, index) => minute - (minutesOfDay[index] ?? 0));
  const overnight = (minutesOfDay[0] ?? 0) - (minutesOfDay.at(-1) ?? 0);
  const dates = gapsBetweenDates(fields);
  return Math.min(dates.shortest * DAY_MS + overnight * MINUTE_MS, ...steps.map((step) => step * MINUTE_MS));
}

interface Gaps {
  readonly shortest: number;
  readonly longest: number;
}

/** Milliseconds to find, and the same for every line with these dates: 500 nightly scenarios share one. */
const GAPS = new Map<string, Gaps>();

function gapsBetweenDates(fields: CronFields): Gaps {
  const dates = fields.canonical.split(" ").slice(2).join(" ");
  const known = GAPS.get(dates) ?? walkDates(fields);
  GAPS.set(dates, known);
  return known;
}

function walkDates(fields: CronFields): Gaps {
  let [shortest, longest] = [Infinity, 0];
  let last: number | undefined;
  for (let day = 0; day < CALENDAR_DAYS; day += 1) {
    if (!namesDate(fields, CALENDAR_FROM + day * DAY_MS)) continue;
    if (last !== undefined) [shortest, longest] = [Math.min(shortest, day - last), Math.max(longest, day - last)];
    last = day;
  }
  return { shortest, longest };
}
