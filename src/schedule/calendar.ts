import type { CronFields } from "./fields.ts";

/** Arithmetic on the wall clock: instants here are what a clock shows, as if it were UTC. */

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Does the line name this date? As in every cron: of two restricted day fields one is enough. */
export function namesDate(fields: CronFields, wall: number): boolean {
  const date = new Date(wall);
  if (!fields.months.includes(date.getUTCMonth() + 1)) return false;
  const day = fields.days.includes(date.getUTCDate());
  const weekday = fields.weekdays.includes(date.getUTCDay());
  return fields.anyDay || fields.anyWeekday ? day && weekday : day || weekday;
}

/** Does the line name a minute in [from, to) of the wall clock? */
export function namesWallTime(fields: CronFields, from: number, to: number): boolean {
  return countWallTimes(fields, from - 1, to - 1) > 0;
}

/** Minutes that the line names in (after, until] of the wall clock: one step a day, whatever the line. */
export function countWallTimes(fields: CronFields, after: number, until: number): number {
  let count = 0;
  for (let day = Math.floor(after / DAY_MS) * DAY_MS; day <= until; day += DAY_MS) {
    if (!namesDate(fields, day)) continue;
    const whole = day > after && day + DAY_MS <= until;
    const inside = (minute: number): boolean => day + minute * MINUTE_MS > after && day + minute * MINUTE_MS <= until;
    count += whole ? fields.minutesOfDay.length : fields.minutesOfDay.filter(inside).length;
  }
  return count;
}
