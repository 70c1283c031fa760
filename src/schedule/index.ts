export {
  inBlackout,
  neverRuns,
  nextBlackout,
  nextRunnableSlot,
  parseBlackout,
  type BlackoutProblem,
  type BlackoutText,
} from "./blackout.ts";
export { runDeadline, type DeadlineFacts } from "./deadline.ts";
export { decideSlots, type SlotAnswer, type SlotQuestion } from "./decide.ts";
export { dueSlots, type Due, type DueQuestion, type MissedReason, type MissedSlots } from "./due.ts";
export { longestGapMs, shortestGapMs, skippedHourWarning } from "./gaps.ts";
export { jitterMs } from "./jitter.ts";
export {
  nextSlot,
  parseSchedule,
  slotsBetween,
  type Schedule,
  type ScheduleProblem,
  type ScheduleText,
} from "./slots.ts";
