/** The words and signs of a report: a state is not a verdict, and no meaning is told by colour alone. */
import type { RunRecord, Trigger, Verdict } from "../model/index.ts";

/** How something is shown: the three signs of the success criteria, and a fourth for what was not judged. */
export type Tone = "pass" | "warning" | "fail" | "none";

export const SIGNS: Readonly<Record<Tone, string>> = { pass: "✅", warning: "⚠️", fail: "❌", none: "⚪" };
/** Four letters each, so that plain columns stay straight. */
export const PLAIN_SIGNS: Readonly<Record<Tone, string>> = {
  pass: "PASS",
  warning: "WARN",
  fail: "FAIL",
  none: "----",
};
export const TONE_WORDS: Readonly<Record<Exclude<Tone, "none">, string>> = {
  pass: "Pass",
  warning: "Warning",
  fail: "Fail",
};

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  cron: "schedule",
  manual: "by hand",
  pull_request: "pull request",
  pre_deploy: "before a deployment",
};

export interface Outcome {
  readonly tone: Tone;
  readonly word: string;
  /** What the word means, for readers who see it for the first time. */
  readonly meaning: string;
}

const VERDICT_OUTCOMES: Readonly<Record<Verdict, Outcome>> = {
  pass: { tone: "pass", word: "Pass", meaning: "Every target was met." },
  warning: { tone: "warning", word: "Warning", meaning: "A target was missed by at most 10 %." },
  fail: { tone: "fail", word: "Fail", meaning: "A target was missed by more than 10 %." },
  invalid: { tone: "none", word: "Invalid", meaning: "The run ended, but its numbers cannot be judged." },
};

/** What a run is called: its verdict, or the state that left it without one. */
export function outcomeOf(record: RunRecord): Outcome {
  if (record.verdict !== null) return VERDICT_OUTCOMES[record.verdict];
  switch (record.state) {
    case "error":
      return { tone: "fail", word: "Error", meaning: "The benchmark itself failed, so nothing was judged." };
    case "aborted":
      return { tone: "none", word: "Aborted", meaning: "The run was stopped before its end, so nothing was judged." };
    case "lost":
      return { tone: "fail", word: "Lost", meaning: "The process that made this run died, so nothing was judged." };
    case "skipped":
      return { tone: "none", word: "Skipped", meaning: "This run did not take place." };
    case "finished":
      return { tone: "none", word: "Not judged", meaning: "This run has no verdict." };
  }
}

/** One sentence why: the run's own reason, else that of its worst objective, else what the word means. */
export function whyOf(record: RunRecord): string {
  if (record.reason !== null) return record.reason.text;
  const deciding = record.objectives.filter((objective) => objective.verdict === record.verdict);
  if (record.verdict === "pass" || deciding.length === 0) {
    const count = record.objectives.length;
    if (record.verdict !== "pass" || count < 2) return outcomeOf(record).meaning;
    return count === 2 ? "Both objectives were met." : `All ${count} objectives were met.`;
  }
  return deciding.map((objective) => objective.reason).join(" ");
}

export function triggerWord(trigger: Trigger): string {
  return TRIGGERS[trigger];
}

/** `smoke, 5 users, 30 s after a warm-up of 5 s`. */
export function patternText(pattern: RunRecord["pattern"]): string {
  const users = pattern.users === undefined ? [] : [`up to ${pattern.users} ${pattern.users === 1 ? "user" : "users"}`];
  const length = pattern.duration_seconds === undefined ? [] : [durationText(pattern.duration_seconds)];
  const warmup = pattern.warmup_seconds > 0 ? [`after ${durationText(pattern.warmup_seconds)} of warm-up`] : [];
  const name = pattern.name === "own" ? "the script's own" : pattern.name;
  return [name, ...users, [...length, ...warmup].join(" ")].filter((text) => text !== "").join(", ");
}

/** `45 s`, `10 min`, `4 min 12 s`, `1 h 5 min`: at most two parts. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "min"],
    [whole % 60, "s"],
  ];
  const used = parts.filter(([amount]) => amount > 0).slice(0, 2);
  return used.map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `23 Nov 2026, 02:00 UTC` from ISO 8601 text, the same on every machine and in every locale. */
export function timeText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const clock = date.toISOString().slice(11, 16);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}, ${clock} UTC`;
}

/** Seconds between two instants of a record, never negative. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000) || 0;
}
