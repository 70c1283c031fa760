export { dueSlots, type Due, type DueQuestion, type MissedReason, type MissedSlots } from "./due.ts";
export { longestGapMs, skippedHourWarning } from "./gaps.ts";
export {
  nextSlot,
  parseSchedule,
  slotsBetween,
  type Schedule,
  type ScheduleProblem,
  type ScheduleText,
} from "./slots.ts";
