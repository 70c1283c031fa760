import { Cron } from "croner";
import type { Instant } from "../model/index.ts";
import { parseFields, type CronFields } from "./fields.ts";
import { namesWallTime } from "./calendar.ts";
import { transitionsBetween, zoneOf, type Zone } from "./zone.ts";

/** A checked schedule. Make it with `parseSchedule`. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
  readonly fields: CronFields;
  readonly zone: Zone;
  readonly job: Cron;
}

export interface ScheduleText {
  readonly cron: string;
  readonly timezone: string;
}

export interface ScheduleProblem {
  readonly part: "cron" | "timezone";
  /** One sentence, without the place. */
  readonly text: string;
}

const SECOND_MS = 1000;

/** Checks a cron line of five fields and an IANA zone; every problem of the two. */
export function parseSchedule({
  cron,
  timezone,
}: ScheduleText): { readonly schedule: Schedule } | { readonly problems: readonly ScheduleProblem[] } {
  const parsed = parseFields(cron);
  const zone = zoneOf(timezone);
  const problems: ScheduleProblem[] = [];
  if ("problem" in parsed) problems.push({ part: "cron", text: parsed.problem });
  if (zone === undefined) problems.push({ part: "timezone", text: `unknown time zone ${JSON.stringify(timezone)}` });
  if ("problem" in parsed || zone === undefined) return { problems };
  const { fields } = parsed;
  // Lists and ranges of times are fixed times too: without it, a list would run twice where the clock is set back.
  const job = new Cron(fields.canonical, { mode: "5-part", timezone, fixedTimeRule: "no-wildcard", paused: true });
  return { schedule: { cron, timezone, fields, zone, job } };
}

/** The first slot after an instant; undefined where there is none before the year 3000. */
export function nextSlot(schedule: Schedule, after: Instant): Instant | undefined {
  const from = Math.floor(after / SECOND_MS) * SECOND_MS;
  const next = schedule.job.nextRun(new Date(from))?.getTime();
  if (next === undefined) return undefined;
  return movedPastMidnight(schedule, from, next)[0] ?? next;
}

/** The newest slot not after an instant. */
export function lastSlotUntil(schedule: Schedule, until: Instant): Instant | undefined {
  const before = (Math.floor(until / SECOND_MS) + 1) * SECOND_MS;
  const last = schedule.job.previousRuns(1, new Date(before))[0]?.getTime();
  if (last === undefined) return undefined;
  return movedPastMidnight(schedule, last, until).at(-1) ?? last;
}

/** Slots in (after, until], oldest first, at most `limit`; `more`: there are others behind them. */
export function slotsBetween(
  schedule: Schedule,
  after: Instant,
  { until, limit }: { readonly until: Instant; readonly limit: number },
): { readonly slots: readonly Instant[]; readonly more: boolean } {
  const slots: Instant[] = [];
  let slot = nextSlot(schedule, after);
  while (slot !== undefined && slot <= until && slots.length < limit) {
    slots.push(slot);
    slot = nextSlot(schedule, slot);
  }
  return { slots, more: slot !== undefined && slot <= until };
}

/**
 * Slots that the library leaves out: a fixed time late in the evening, where clocks are moved over midnight
 * (America/Scoresbysund). It runs at the first minute after the gap, which is already the next day.
 */
function movedPastMidnight({ fields, zone }: Schedule, after: Instant, until: Instant): readonly Instant[] {
  if (!fields.fixedTime) return [];
  return transitionsBetween(zone, after, until)
    .filter(({ wallBefore, wallAfter }) => namesWallTime(fields, wallBefore, wallAfter))
    .map(({ at }) => at);
}
