import type { Instant } from "../model/index.ts";
import { countWallTimes, DAY_MS } from "./calendar.ts";
import { nextSlot, type Schedule } from "./slots.ts";
import type { Zone } from "./zone.ts";

/** Longer than any hour that a zone repeats. */
const REPEAT_MS = 3 * 60 * 60 * 1000;

/**
 * How many slots lie in (after, until]: exact, without walking them, so that a month of missed minutes costs as little
 * as a month of missed nights. Only where the clock is moved are they walked.
 */
export function countSlots(schedule: Schedule, after: Instant, until: Instant): number {
  const { fields, zone } = schedule;
  let count = 0;
  for (let from = after; from < until; from += DAY_MS) {
    const to = Math.min(from + DAY_MS, until);
    // A repeated hour may reach over from the day before; its fixed times have had their turn there.
    if (isMoved(zone, from - REPEAT_MS, from) || isMoved(zone, from, to)) count += walk(schedule, from, to);
    else count += countWallTimes(fields, zone.wallAt(from), zone.wallAt(to));
  }
  return count;
}

function isMoved(zone: Zone, from: Instant, to: Instant): boolean {
  return zone.wallAt(to) - zone.wallAt(from) !== to - from;
}

function walk(schedule: Schedule, after: Instant, until: Instant): number {
  let count = 0;
  for (let at = nextSlot(schedule, after); at !== undefined && at <= until; at = nextSlot(schedule, at)) count += 1;
  return count;
}
