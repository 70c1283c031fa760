import type { Blackout, Instant } from "../model/index.ts";
import { DAY_MS, MINUTE_MS } from "./calendar.ts";
import { parseWeekdays } from "./fields.ts";
import { nextSlot, type Schedule } from "./slots.ts";
import type { Zone } from "./zone.ts";

export interface BlackoutText {
  readonly from: string;
  readonly to: string;
  /** As the last field of a cron line; absent: every day. */
  readonly days?: string | undefined;
}

export interface BlackoutProblem {
  readonly part: keyof BlackoutText;
  /** One sentence, without the place. */
  readonly text: string;
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const MINUTES_A_DAY = 1440;

/** Checks a window in which nothing may start; every problem of it. */
export function parseBlackout({
  from,
  to,
  days,
}: BlackoutText): { readonly blackout: Blackout } | { readonly problems: readonly BlackoutProblem[] } {
  const problems: BlackoutProblem[] = [];
  const say = (part: keyof BlackoutText, text: string): void => void problems.push({ part, text });
  if (!TIME.test(from)) say("from", timeProblem(from));
  if (!TIME.test(to) && to !== "24:00") say("to", timeProblem(to));
  if (problems.length === 0 && from === to) {
    say("to", 'the window is empty: it ends when it begins; a whole day is from "00:00" to "24:00"');
  }
  const parsed = parseWeekdays(days ?? "*");
  if ("problem" in parsed) say("days", parsed.problem);
  if ("problem" in parsed || problems.length > 0) return { problems };
  return { blackout: { from, to, days: parsed.weekdays.length === 7 ? [] : parsed.weekdays } };
}

function timeProblem(written: string): string {
  const [, hour, minute = "00"] = /^(\d{1,2})(?:[:.h](\d{2}))?$/.exec(written.trim()) ?? [];
  const guess = `${hour?.padStart(2, "0") ?? ""}:${minute}`;
  const advice = TIME.test(guess) ? guess : "08:00";
  return `${JSON.stringify(written.slice(0, 40))} is not a time of the day: write hours and minutes, for example "${advice}"`;
}

/** May nothing start at this instant? Judged by what clocks in the zone show, over every change of them. */
export function inBlackout(blackouts: readonly Blackout[], zone: Zone, at: Instant): boolean {
  return blackouts.length > 0 && minutesLeft(blackouts, zone.wallAt(at)) > 0;
}

/** Minutes until the last window ends that holds this time of the wall clock; 0: none does. */
function minutesLeft(blackouts: readonly Blackout[], wall: number): number {
  const minute = Math.floor((((wall % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS);
  return Math.max(0, ...blackouts.map((blackout) => leftOf(blackout, new Date(wall).getUTCDay(), minute)));
}

function leftOf({ from, to, days }: Blackout, weekday: number, minute: number): number {
  const begins = (day: number): boolean => days.length === 0 || days.includes((day + 7) % 7);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start < end) return begins(weekday) && minute >= start && minute < end ? end - minute : 0;
  if (begins(weekday) && minute >= start) return end + MINUTES_A_DAY - minute;
  return begins(weekday - 1) && minute < end ? end - minute : 0;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** Far more windows than lie between two runs of any schedule that is meant to run. */
const MOST_LOOKS = 1000;

/** The first slot after an instant that lies in no blackout; undefined where none comes in the foreseeable future. */
export function nextRunnableSlot(
  schedule: Schedule,
  blackouts: readonly Blackout[],
  after: Instant,
): Instant | undefined {
  const { zone } = schedule;
  let slot = nextSlot(schedule, after);
  for (let looks = 0; slot !== undefined && looks < MOST_LOOKS; looks += 1) {
    if (!inBlackout(blackouts, zone, slot)) return slot;
    slot = nextSlot(schedule, justBeforeEnd(blackouts, zone, slot));
  }
  return undefined;
}

/**
 * The first instant from `from` on that lies in a blackout: what is to begin outside must have begun by then. Undefined
 * where there is none.
 */
export function nextBlackout(blackouts: readonly Blackout[], zone: Zone, from: Instant): Instant | undefined {
  if (blackouts.length === 0) return undefined;
  let at = from;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const wall = zone.wallAt(at);
    if (minutesLeft(blackouts, wall) > 0) return at;
    const start = at + untilStart(blackouts, wall);
    // Where clocks are moved on the way, the start is somewhere else: they are moved on whole quarters of an hour.
    at = zone.wallAt(start) - start === wall - at ? start : Math.min(start, at + QUARTER_MS - (at % QUARTER_MS));
  }
  return undefined;
}

const QUARTER_MS = 15 * MINUTE_MS;

/** Milliseconds until the next window begins, as clocks go that are not moved. */
function untilStart(blackouts: readonly Blackout[], wall: number): number {
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  const starts = blackouts.flatMap(({ from, days }) =>
    Array.from({ length: 9 }, (_, day) => midnight + day * DAY_MS + minutesOf(from) * MINUTE_MS).filter(
      (start) => start > wall && (days.length === 0 || days.includes(new Date(start).getUTCDay())),
    ),
  );
  return Math.min(...starts) - wall;
}

/** Over the window in one step, so that a minute schedule is not walked through its nights. */
function justBeforeEnd(blackouts: readonly Blackout[], zone: Zone, slot: Instant): Instant {
  const wall = zone.wallAt(slot);
  const end = slot + minutesLeft(blackouts, wall) * MINUTE_MS;
  // Where clocks are moved on the way, the end is somewhere else: go slot by slot.
  return zone.wallAt(end) - end === wall - slot ? Math.max(slot, end - 1) : slot;
}

/** Is every time that the line names inside a blackout? */
export function neverRuns({ fields }: Schedule, blackouts: readonly Blackout[]): boolean {
  if (blackouts.length === 0) return false;
  // A day of the month is every day of the week in some year.
  const weekdays = fields.anyDay ? fields.weekdays : [0, 1, 2, 3, 4, 5, 6];
  return weekdays.every((weekday) =>
    fields.minutesOfDay.every((minute) => blackouts.some((blackout) => leftOf(blackout, weekday, minute) > 0)),
  );
}
