import { isCatalogued, VERDICTS, type RunRecord } from "../model/index.ts";
import { LAST_RUN, LAST_RUN_MEASUREMENTS, NEWEST_RUN, RUNS } from "./catalogue/index.ts";
import type { ExporterFacts } from "./facts.ts";
import { isJudged, JUDGED_VERDICTS, type JudgedRecord } from "./judged.ts";
import type { Samples } from "./samples.ts";
import { TRIGGERS } from "./tally.ts";

const TELEMETRY = ["complete", "incomplete", "unread", "none"] as const;
const STATES = ["finished", "error", "aborted", "lost"] as const;

/** Labels come from the record itself: a person may have sent the scenario to another target. */
function labelsOf({ scenario, target, trigger }: RunRecord) {
  return { scenario, target, trigger };
}

/** Gauges of the runs that are over and those at work, of configured scenarios only. */
export function projectRuns(facts: ExporterFacts, samples: Samples): void {
  const targets = new Map(facts.scenarios.map(({ name, target }) => [name, target]));
  const isShown = ({ scenario, target, trigger }: RunRecord): boolean =>
    trigger === "cron" ? targets.get(scenario) === target : targets.has(scenario);
  for (const latest of facts.latest) {
    const { last, judged } = latest;
    if (isShown(last)) projectNewest(last, samples);
    if (judged === undefined || !isJudged(judged) || !isShown(judged)) continue;
    projectJudged(judged, samples);
    projectBefore(latest, samples);
  }
  projectRunning(facts, samples);
}

/** What the judged runs say together: how often in a row, and what the last one could not measure. */
function projectBefore(latest: ExporterFacts["latest"][number], samples: Samples): void {
  const run = labelsOf(latest.last);
  samples.add(RUNS.consecutiveMissed, run, latest.consecutiveMissed);
  samples.add(RUNS.consecutiveFailed, run, latest.consecutiveFailed);
  samples.add(RUNS.lastTwoFailed, run, latest.lastTwoFailed);
  // Whoever asked for a run sees it; alerts are only of what a schedule asked for.
  if (run.trigger !== "cron") return;
  for (const { id, result } of latest.measured.filter(({ result: { verdict } }) => verdict !== "pass")) {
    const { measurement: objective, verdict, value } = result;
    samples.add(RUNS.missedValue, { ...run, objective, verdict, run_id: id }, value);
  }
}

function projectNewest(record: RunRecord, samples: Samples): void {
  const run = labelsOf(record);
  samples.add(NEWEST_RUN.info, { ...run, run_id: record.id, revision: record.revision }, 1);
  samples.add(NEWEST_RUN.started, run, secondsOf(record.started_at));
  samples.add(NEWEST_RUN.ended, run, secondsOf(record.ended_at));
  samples.addSet(NEWEST_RUN.state, STATES, { labels: (state) => ({ ...run, state }), current: record.state });
  const verdict = record.verdict ?? "none";
  samples.addSet(NEWEST_RUN.verdict, [...VERDICTS, "none"], {
    labels: (word) => ({ ...run, verdict: word }),
    current: verdict,
  });
  if (record.reason !== null) samples.add(NEWEST_RUN.reason, { ...run, reason: record.reason.code }, 1);
  samples.addSet(NEWEST_RUN.telemetry, TELEMETRY, {
    labels: (telemetry) => ({ ...run, telemetry }),
    current: telemetryOf(record),
  });
}

function projectJudged(record: JudgedRecord, samples: Samples): void {
  const run = labelsOf(record);
  const [started, ended] = [secondsOf(record.started_at), secondsOf(record.ended_at)];
  samples.add(LAST_RUN.info, { ...run, run_id: record.id, revision: record.revision }, 1);
  samples.add(LAST_RUN.started, run, started);
  samples.add(LAST_RUN.ended, run, ended);
  samples.add(LAST_RUN.duration, run, Math.max(0, ended - started));
  samples.addSet(LAST_RUN.verdict, JUDGED_VERDICTS, {
    labels: (verdict) => ({ ...run, verdict }),
    current: record.verdict,
  });
  for (const { measurement: objective, verdict } of record.objectives) {
    const met = verdict === "invalid" ? undefined : Number(verdict === "pass");
    samples.add(LAST_RUN.objectiveMet, { ...run, objective }, met);
    samples.addSet(LAST_RUN.objectiveVerdict, VERDICTS, {
      labels: (word) => ({ ...run, objective, verdict: word }),
      current: verdict,
    });
  }
  for (const [name, { value }] of Object.entries(record.measurements))
    if (isCatalogued(name)) samples.add(LAST_RUN_MEASUREMENTS[name], run, value);
  const errors = record.measurements.error_rate;
  samples.add(LAST_RUN.failedRequests, run, errors && Math.round(errors.value * errors.samples));
}

/**
 * `none` where k6 had nothing to send; what was sent and never arrived is incomplete. A record is there before its series
 * are read back: until then nothing is known to be missing, and an alert that fired for those seconds would be a false one.
 */
function telemetryOf({ telemetry }: RunRecord): (typeof TELEMETRY)[number] {
  const { failed_pushes: failed, requests_sent: asked, requests_found: found } = telemetry;
  if (telemetry.prometheus === "incomplete" && (failed ?? asked ?? found) === undefined) return "unread";
  const sent = telemetry.requests_sent ?? 0;
  return telemetry.prometheus === "none" && sent > 0 ? "incomplete" : telemetry.prometheus;
}

function projectRunning({ scenarios, running }: ExporterFacts, samples: Samples): void {
  const all = scenarios.flatMap(({ name, target }) => TRIGGERS.map((trigger) => ({ scenario: name, target, trigger })));
  const counts = new Map(all.map((run) => [Object.values(run).join(" "), { run, count: 0 }]));
  const configured = new Set(scenarios.map(({ name }) => name));
  for (const { scenario, target, trigger } of running.filter((run) => configured.has(run.scenario))) {
    const run = { scenario, target, trigger };
    const key = Object.values(run).join(" ");
    counts.set(key, { run, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  for (const { run, count } of counts.values()) samples.add(RUNS.inProgress, run, count);
}

function secondsOf(iso: string): number {
  return Date.parse(iso) / 1000;
}
