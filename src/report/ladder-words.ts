/** A ladder of loads in words, for the terminal and the page alike. */
import { formatValue, type LadderRecord, type LadderStep } from "../model/index.ts";
import type { Tone } from "./words.ts";

export const STEP_TONES: Readonly<Record<LadderStep["result"], Tone>> = {
  passed: "pass",
  failed: "fail",
  unclear: "none",
};
export const STEP_WORDS: Readonly<Record<LadderStep["result"], string>> = {
  passed: "Passed",
  failed: "Failed",
  unclear: "Unclear",
};

/** `40 users`, `12.5/s`. */
export function levelText(level: number, { unit }: LadderRecord): string {
  if (unit === "1/s") return formatValue(level, unit);
  return `${formatValue(level, "count")} ${level === 1 ? "user" : "users"}`;
}

/** What the ladder found, in one or two sentences. */
export function ladderText(ladder: LadderRecord): string {
  const { max_passing: passing, max_passing_at_most: most, first_failing: failing, monotone } = ladder;
  const said = (level: number): string => levelText(level, ladder);
  if (passing === undefined) return "No step could be judged.";
  const lowest = passing === 0 ? "Not even the lowest step passed" : `Passed up to ${said(passing)}`;
  const first = failing === undefined ? "no step failed" : `failed first at ${said(failing)}`;
  const range = most === undefined ? "" : ` Whether it would pass up to ${said(most)} could not be told.`;
  const unstable = monotone ? "" : " Above a step that failed another one passed: the target is not stable.";
  return `${lowest}; ${first}.${range}${unstable}`;
}

/** The time that its picture and its rows show: what was measured at most of its steps, P95 of latency before others. */
export function shownTime({ steps }: LadderRecord): string | undefined {
  const names = ["latency_p95", "ttft_p95", "latency_p50", "ttft_p50"];
  return names.find((name) => steps.some(({ measurements }) => measurements[name] !== undefined));
}
