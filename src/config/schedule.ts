import { type Blackout, type Load, type Overlap, type SchedulePlan } from "../model/index.ts";
import {
  neverRuns,
  parseBlackout,
  parseSchedule,
  shortestGapMs,
  skippedHourWarning,
  type Schedule,
} from "../schedule/index.ts";
import { totalSecondsOf } from "../workload/patterns.ts";
import type { Context } from "./context.ts";
import { formatDuration, quote } from "./quantity.ts";
import type { ScheduleInput } from "./schedule-schema.ts";
import { nearest } from "./suggest.ts";
import type { Path } from "./yaml-text.ts";

const DAY_SECONDS = 86_400;
const MOST_JITTER_SECONDS = DAY_SECONDS;
const MOST_CATCH_UP_SECONDS = 31 * DAY_SECONDS;

interface Place {
  readonly path: Path;
  readonly context: Context;
  /** What the schedule starts; undefined where it has problems of its own. */
  readonly load: Load | undefined;
}

/** Builds a schedule; undefined (all reported) when something is wrong. Warns of what it can never do. */
export function buildSchedule(input: ScheduleInput, place: Place): SchedulePlan | undefined {
  const { path, context } = place;
  const parsed = parseSchedule(input);
  for (const { part, text } of "problems" in parsed ? parsed.problems : []) {
    context.report([...path, part], part === "cron" ? text : unknownZone(input.timezone));
  }
  const blackouts = input.blackout.map((written, index) =>
    buildBlackout(written, [...path, "blackout", index], context),
  );
  checkLimits(input, place);
  if ("problems" in parsed) return undefined;
  const plan = {
    cron: input.cron,
    timezone: input.timezone,
    overlap: input.overlap,
    catchUpSeconds: input.catch_up,
    jitterSeconds: input.jitter,
    blackouts: blackouts.filter((blackout) => blackout !== undefined),
    paused: input.paused,
  };
  for (const [key, text] of warningsOf(parsed.schedule, plan, place.load)) {
    context.report([...path, key], text, { severity: "warning" });
  }
  return plan;
}

function buildBlackout(written: ScheduleInput["blackout"][number], path: Path, context: Context): Blackout | undefined {
  const parsed = parseBlackout(written);
  if ("blackout" in parsed) return parsed.blackout;
  for (const { part, text } of parsed.problems) context.report([...path, part], text);
  return undefined;
}

function checkLimits({ jitter, catch_up: catchUp }: ScheduleInput, { path, context }: Place): void {
  if (jitter > MOST_JITTER_SECONDS) context.report([...path, "jitter"], "must be at most 24h");
  if (catchUp > MOST_CATCH_UP_SECONDS) context.report([...path, "catch_up"], "must be at most 31d");
}

type Warning = readonly [key: "cron" | "blackout" | "jitter" | "overlap", text: string];

function warningsOf(schedule: Schedule, plan: SchedulePlan, load: Load | undefined): readonly Warning[] {
  const warnings: Warning[] = [];
  const skippedHour = skippedHourWarning(schedule);
  if (skippedHour !== undefined) warnings.push(["cron", skippedHour]);
  if (neverRuns(schedule, plan.blackouts)) {
    warnings.push(["blackout", `every slot of ${quote(plan.cron)} lies in a blackout: it never runs`]);
  }
  const gapSeconds = shortestGapMs(schedule) / 1000;
  if (plan.jitterSeconds > gapSeconds) {
    const [jitter, gap] = [formatDuration(plan.jitterSeconds), formatDuration(gapSeconds)];
    warnings.push(["jitter", `jitter ${jitter} is longer than the ${gap} between two slots: runs can fall together`]);
  }
  const lastsSeconds = load === undefined ? undefined : totalSecondsOf(load);
  if (lastsSeconds !== undefined && lastsSeconds >= gapSeconds) {
    const [lasts, gap] = [formatDuration(lastsSeconds), formatDuration(gapSeconds)];
    const text = `a run lasts ${lasts} and slots come after ${gap}: ${EFFECTS[plan.overlap]}`;
    warnings.push([plan.overlap === "skip" ? "cron" : "overlap", text]);
  }
  return warnings;
}

const EFFECTS: Readonly<Record<Overlap, string>> = {
  skip: "slots are skipped while it is at work",
  queue: "runs follow each other without a pause, and slots are skipped",
  cancel: "each run is cancelled by the next before it has a verdict",
};

function unknownZone(written: string): string {
  const near = nearest(written, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
  const advice = near === undefined ? ': write an IANA name such as "Europe/Berlin"' : `; did you mean ${quote(near)}?`;
  return `unknown time zone ${quote(written)}${advice}`;
}
