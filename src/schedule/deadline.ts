import { SET_BACK_MS, type Instant, type SchedulePlan } from "../model/index.ts";
import { nextRunnableSlot } from "./blackout.ts";
import { ON_TIME_MS } from "./due.ts";
import type { Schedule } from "./slots.ts";

export interface DeadlineFacts {
  /** End of the newest run of this schedule (not of a person) that was judged. */
  readonly lastJudgedEnd?: Instant;
  /** When this cron line was first seen. */
  readonly knownSince: Instant;
  /** The newest slot that was skipped because the schedule was paused. */
  readonly pausedUntil?: Instant;
  /**
   * Longest that a run takes from the moment it may begin to its verdict; with it the longest time that it waits for
   * its target, where other scenarios use the same one.
   */
  readonly longestRunSeconds: number;
  readonly now: Instant;
}

/**
 * The latest time by which this schedule must have given a verdict; undefined while it is paused or can never run.
 * Alarms watch it, so it must never pass by itself while all is well, and must pass even if the daemon hangs:
 *
 * - Two slots may fail, not one: a single invalid run has an alarm of its own. Counted are slots after the last
 *   verdict, from the cron line itself, so nights, weekends, months and changes of the clock have their true length;
 *   slots in a blackout are no chances to run and are passed over.
 * - The second slot may begin late: by the jitter, and by the catch-up window, after which it is missed. The third slot
 *   takes its place when it comes, so it is not waited for longer than until then.
 * - Then the run has its longest time. Nothing is owed from before the line was known, or from while it was paused:
 *   whoever resumes a schedule after a month gets two slots, not an alarm.
 * - A mark of the future was made by a wrong clock and would mute the alarm until then: it is not believed.
 */
export function runDeadline(schedule: Schedule, plan: SchedulePlan, facts: DeadlineFacts): Instant | undefined {
  if (plan.paused) return undefined;
  const { lastJudgedEnd, knownSince, pausedUntil, longestRunSeconds, now } = facts;
  const believed = [lastJudgedEnd, knownSince, pausedUntil].filter(
    (mark) => mark !== undefined && mark <= now + SET_BACK_MS,
  ) as readonly Instant[];
  const since = believed.length === 0 ? now : Math.max(...believed);
  const next = (after: Instant | undefined): Instant | undefined =>
    after === undefined ? undefined : nextRunnableSlot(schedule, plan.blackouts, after);
  const second = next(next(since));
  if (second === undefined) return undefined;
  const late = Math.max(plan.catchUpSeconds * 1000, ON_TIME_MS);
  const beginsBy = Math.min(second + late, next(second) ?? Infinity);
  return beginsBy + (plan.jitterSeconds + longestRunSeconds) * 1000;
}
