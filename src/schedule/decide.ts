import type { Instant, SchedulePlan, SkippedSlots, SkipReason } from "../model/index.ts";
import { inBlackout } from "./blackout.ts";
import { dueSlots, type Due } from "./due.ts";
import type { Schedule } from "./slots.ts";

export interface SlotQuestion {
  readonly schedule: Schedule;
  readonly plan: SchedulePlan;
  /** As the database holds it. */
  readonly state: { readonly knownSince: Instant; readonly lastSlot?: Instant };
  /** By the clock of the database, so that all daemons see the same. */
  readonly now: Instant;
}

export interface SlotAnswer {
  /** The newest slot decided here, the next `lastSlot`; absent: nothing is due. */
  readonly last?: Instant;
  /** The one slot that runs. */
  readonly run?: Instant;
  /** Oldest first. */
  readonly skipped: readonly SkippedSlots[];
}

/**
 * Decides every slot since the last decision, each exactly once: at most the newest runs, and each other has a reason.
 * A paused schedule runs nothing, and owes nothing when it goes on. A slot in a blackout does not run, nor one that is
 * late and would begin in a blackout. Work and rows are bounded, however long nobody decided.
 */
export function decideSlots({ schedule, plan, state, now }: SlotQuestion): SlotAnswer {
  const due = dueSlots({ schedule, ...state, now, catchUpMs: plan.catchUpSeconds * 1000 });
  const last = due.run ?? due.skipped.at(-1)?.to;
  if (last === undefined) return { skipped: [] };
  if (plan.paused) return { last, skipped: [allOf(due, last)] };
  const { run } = due;
  if (run === undefined) return { last, skipped: due.skipped };
  if ([run, now].some((at) => inBlackout(plan.blackouts, schedule.zone, at))) {
    return { last, skipped: [...due.skipped, only(run, "blackout")] };
  }
  return { last, run, skipped: due.skipped };
}

function allOf({ run, skipped }: Due, last: Instant): SkippedSlots {
  const count = skipped.reduce((sum, slots) => sum + slots.count, run === undefined ? 0 : 1);
  return { from: skipped[0]?.from ?? last, to: last, count, reason: "paused" };
}

function only(slot: Instant, reason: SkipReason): SkippedSlots {
  return { from: slot, to: slot, count: 1, reason };
}
