/** The words and signs of a report: a state is not a verdict, and no meaning is told by colour alone. */
import type { AbortedBy, FindingResult, RunRecord, RunSummary, SkipReason, Trigger, Verdict } from "../model/index.ts";

/** How something is shown: the three signs of the success criteria, a fourth for what was not judged, a fifth for what has not ended. */
export type Tone = "pass" | "warning" | "fail" | "none" | "live";

export const SIGNS: Readonly<Record<Tone, string>> = { pass: "✅", warning: "⚠️", fail: "❌", none: "⚪", live: "🔵" };
/** Four letters each, so that plain columns stay straight. */
export const PLAIN_SIGNS: Readonly<Record<Tone, string>> = {
  pass: "PASS",
  warning: "WARN",
  fail: "FAIL",
  none: "----",
  live: "....",
};
export const TONE_WORDS: Readonly<Record<Exclude<Tone, "none" | "live">, string>> = {
  pass: "Pass",
  warning: "Warning",
  fail: "Fail",
};

/** A violation speaks against the surroundings, not against the target: it is no failure. */
export const FINDING_TONES: Readonly<Record<FindingResult, Tone>> = { ok: "pass", note: "none", violation: "warning" };
export const FINDING_WORDS: Readonly<Record<FindingResult, string>> = {
  ok: "As wanted",
  note: "Note",
  violation: "Violation",
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

const STATE_OUTCOMES: Readonly<Record<RunSummary["state"], Outcome>> = {
  queued: { tone: "live", word: "Queued", meaning: "The run waits for its turn." },
  preparing: { tone: "live", word: "Preparing", meaning: "The script and the engine are checked before any load." },
  running: { tone: "live", word: "Running", meaning: "The load is on." },
  judging: { tone: "live", word: "Judging", meaning: "The load is over; the numbers are judged." },
  finished: { tone: "none", word: "Not judged", meaning: "This run has no verdict." },
  error: { tone: "fail", word: "Error", meaning: "The benchmark itself failed, so nothing was judged." },
  aborted: { tone: "none", word: "Aborted", meaning: "The run was stopped before its end, so nothing was judged." },
  lost: { tone: "fail", word: "Lost", meaning: "The process that made this run died, so nothing was judged." },
  skipped: { tone: "none", word: "Skipped", meaning: "This run did not take place." },
};

/** What a run is called: its verdict, or the state that left it without one. */
export function outcomeOf(run: Pick<RunSummary, "verdict" | "state">): Outcome {
  return run.verdict === null ? STATE_OUTCOMES[run.state] : VERDICT_OUTCOMES[run.verdict];
}

const STOPPERS: Readonly<Record<AbortedBy, string>> = {
  person: "a person",
  shutdown: "a shutdown of Chatbench",
  spend_cap: "the spend cap",
  script: "the script itself",
  schedule: "the next run of the schedule",
};

/** Who stopped an aborted run. */
export function stopperWord(by: AbortedBy | undefined): string {
  return by === undefined ? "not known" : STOPPERS[by];
}

const SKIPPED_BECAUSE: Readonly<Record<SkipReason, string>> = {
  missed: "Chatbench was not running, and it was too late to catch up.",
  overlap: "A run of this scenario was still queued or at work.",
  blackout: "It was inside a blackout window.",
  paused: "The schedule was paused.",
  queue_full: "The queue was full.",
};

/** Why a slot did not run, one sentence. */
export function skippedBecause(reason: SkipReason): string {
  return SKIPPED_BECAUSE[reason];
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
  const people = `${pattern.users} ${pattern.users === 1 ? "user" : "users"}`;
  const rate = pattern.rate === undefined ? [] : [`up to ${pattern.rate}/s (${pattern.arrivals ?? "constant"})`];
  const users = pattern.users === undefined ? [] : [`${pattern.rate === undefined ? "up to" : "at most"} ${people}`];
  const length = pattern.duration_seconds === undefined ? [] : [durationText(pattern.duration_seconds)];
  const warmup = pattern.warmup_seconds > 0 ? [`after ${durationText(pattern.warmup_seconds)} of warm-up`] : [];
  const name = pattern.name === "own" ? "the script's own" : pattern.name;
  return [name, ...rate, ...users, [...length, ...warmup].join(" ")].filter((text) => text !== "").join(", ");
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

/** `lasted 3 min 24 s`, told as the state has it: what was lost did not last, and what was skipped never began. */
export function lengthText(record: RunRecord): string | undefined {
  const seconds = secondsBetween(record.started_at, record.ended_at);
  switch (record.state) {
    case "skipped":
      return undefined;
    case "aborted":
      return seconds === 0 ? "stopped before it began" : `stopped after ${durationText(seconds)}`;
    case "lost":
      return `found lost ${durationText(seconds)} after it began`;
    default:
      return `lasted ${durationText(seconds)}`;
  }
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
