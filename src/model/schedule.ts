import type { Instant, RunId } from "./names.ts";

/** What happens to a slot that is due while a run of its scenario is queued or at work. */
export const OVERLAPS = ["skip", "queue", "cancel"] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** A time of the day at which nothing may start, in the zone of the schedule. */
export interface Blackout {
  /** `HH:MM`; one that is later than `to` reaches over midnight. */
  readonly from: string;
  /** `HH:MM`, no longer in the window. */
  readonly to: string;
  /** Days of the week on which the window begins, 0 is Sunday. Empty: every day. */
  readonly days: readonly number[];
}

/** When a scenario runs by itself. */
export interface SchedulePlan {
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: Overlap;
  /** How late a slot may still run. */
  readonly catchUpSeconds: number;
  /** A run begins at a moment drawn from this many seconds after its slot. */
  readonly jitterSeconds: number;
  readonly blackouts: readonly Blackout[];
  /** Slots are decided as skipped until this is false again. */
  readonly paused: boolean;
}

/** Why a slot did not run, closed: dashboards, tests and docs list exactly these. */
export const SKIP_REASONS = ["missed", "overlap", "blackout", "paused", "queue_full"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Slots of a scenario that did not run and never will, from the first to the last of them. */
export interface SkippedSlots {
  readonly from: Instant;
  readonly to: Instant;
  readonly count: number;
  readonly reason: SkipReason;
}

/** What became of the slots of a scenario, as one row of the schedule's history. */
export type SlotOutcome =
  | { readonly kind: "run"; readonly scenario: string; readonly slot: Instant; readonly run: RunId }
  | ({ readonly kind: "skipped"; readonly scenario: string } & SkippedSlots);
