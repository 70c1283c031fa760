import { SET_BACK_MS, type Instant } from "../model/index.ts";
import { countSlots } from "./count.ts";
import { lastSlotUntil, nextSlot, type Schedule } from "./slots.ts";

/** Why a slot did not run; other rooms have reasons of their own for slots that were due. */
export type MissedReason = "missed";

/** Slots that did not run and never will: from the first to the last of them. */
export interface MissedSlots {
  readonly from: Instant;
  readonly to: Instant;
  readonly count: number;
  readonly reason: MissedReason;
}

export interface DueQuestion {
  readonly schedule: Schedule;
  /** Newest slot already decided, run or not. Assign it after each decision; never keep a larger one. */
  readonly lastSlot?: Instant;
  /** When this schedule was first seen: nothing before is owed. */
  readonly knownSince: Instant;
  readonly now: Instant;
  /** How late a slot may still run. */
  readonly catchUpMs: number;
}

export interface Due {
  /** The one slot to run now; at most one, however many were missed. */
  readonly run?: Instant;
  /** Nothing, or one entry. */
  readonly skipped: readonly MissedSlots[];
}

/** A slot this young is on time, whatever the catch-up window. */
export const ON_TIME_MS = 60_000;

/**
 * Decides what is due: the newest slot that is young enough runs, all before it are missed, nothing of the future is
 * touched. A mark somewhat after `now` means that the clock was set back over slots already decided: wait for it. A
 * mark far ahead was made by a clock that was wrong: it is ignored, or it would mute the schedule until then. Which
 * slots were decided before such a jump is then not known here: none is called missed, and one that ran is refused by
 * whoever keeps slots unique. A caller that passes its newest decided slot not after `now` is spared both.
 */
export function dueSlots({ schedule, lastSlot, knownSince, now, catchUpMs }: DueQuestion): Due {
  const isSane = (mark: Instant): boolean => mark <= now + SET_BACK_MS;
  const sane = [knownSince, ...(lastSlot === undefined ? [] : [lastSlot])].filter(isSane);
  const trusted = isSane(lastSlot ?? knownSince);
  const oldest = now - Math.max(catchUpMs, ON_TIME_MS);
  const floor = Math.max(...sane, ...(trusted ? [] : [oldest]));
  if (floor >= now) return { skipped: [] };
  const newest = lastSlotUntil(schedule, now);
  if (newest === undefined || newest <= floor) return { skipped: [] };
  const runs = newest > oldest;
  const skipped = trusted ? missedIn(schedule, floor, runs ? newest - 1 : newest) : [];
  return { ...(runs ? { run: newest } : {}), skipped };
}

function missedIn(schedule: Schedule, after: Instant, until: Instant): readonly MissedSlots[] {
  const from = nextSlot(schedule, after);
  if (from === undefined || from > until) return [];
  const to = lastSlotUntil(schedule, until) ?? from;
  return [{ from, to, count: countSlots(schedule, after, until), reason: "missed" }];
}
