import type { Instant } from "../model/index.ts";
import { countWallTimes, namesWallTime } from "./calendar.ts";
import type { Schedule } from "./slots.ts";
import { transitionsBetween, type Transition } from "./zone.ts";

/** Longer than any hour that a zone repeats. */
const REPEAT_MS = 3 * 60 * 60 * 1000;

/**
 * How many slots lie in (after, until]: exact, without walking them, so that five years of missed minutes cost as
 * little as five years of missed nights. Between two changes of the clock, slots are times on the wall.
 */
export function countSlots(schedule: Schedule, after: Instant, until: Instant): number {
  const { fields, zone } = schedule;
  // A repeated hour may reach over from before: its fixed times have had their turn there.
  const start = after - REPEAT_MS;
  const changes = transitionsBetween(zone, start, until);
  let count = 0;
  let [from, wall, unseen] = [start, zone.wallAt(start), -Infinity];
  for (const change of [...changes, undefined]) {
    const offset = wall - from;
    const first = Math.max(after + 1, from) + offset;
    const last = change === undefined ? until + offset : change.wallBefore - 1;
    count += countWallTimes(fields, Math.max(first, fields.fixedTime ? unseen : first) - 1, last);
    if (change === undefined) break;
    if (change.at > after && isMovedHere(schedule, change)) count += 1;
    [from, wall, unseen] = [change.at, change.wallAfter, Math.max(unseen, change.wallBefore)];
  }
  return count;
}

/** Does a fixed time that this change skips run at its end, where the line names no time anyway? */
function isMovedHere({ fields }: Schedule, { wallBefore, wallAfter }: Transition): boolean {
  if (!fields.fixedTime || namesWallTime(fields, wallAfter, wallAfter + 1)) return false;
  return namesWallTime(fields, wallBefore, wallAfter);
}
