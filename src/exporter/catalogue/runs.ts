/**
 * Metrics of the runs. The prefix says which run is meant: `chatbench_last_run_` the last judged one, with the numbers
 * that targets and trends rest on; `chatbench_newest_run_` the newest of all, however it ended
 * (docs/decisions/0030-last-and-newest-run.md).
 */
import { counter, gauge, RUN, SCENARIO } from "./metric.ts";

export const RUNS = {
  inProgress: gauge("chatbench_runs_in_progress", { unit: "count", labels: RUN, help: "Runs at work now." }),
  ended: counter("chatbench_runs_total", {
    unit: "count",
    labels: RUN,
    help: "Runs that ended, however, since the daemon began.",
  }),
  unjudged: counter("chatbench_runs_unjudged_total", {
    unit: "count",
    labels: [...RUN, "reason"],
    help: "Runs that ended without being judged, by why: invalid (the numbers cannot be judged), error, aborted, lost.",
  }),
  missedObjective: counter("chatbench_runs_missed_objective_total", {
    unit: "count",
    labels: RUN,
    help: "Judged runs that missed an objective: verdict warning or fail.",
  }),
  cacheRequests: counter("chatbench_cache_requests_total", {
    unit: "count",
    labels: [...SCENARIO, "layer"],
    help: "Lookups in a cache of the target in the judged windows of runs that ended since the daemon began; layer redis: keys looked up in its Redis, by anybody.",
  }),
  cacheHits: counter("chatbench_cache_hits_total", {
    unit: "count",
    labels: [...SCENARIO, "layer"],
    help: "Those of chatbench_cache_requests_total that found something.",
  }),
  consecutiveMissed: gauge("chatbench_consecutive_missed_runs", {
    unit: "count",
    labels: RUN,
    help: "Judged runs in a row, ending with the last one, that missed an objective: verdict warning or fail.",
  }),
  consecutiveFailed: gauge("chatbench_consecutive_failed_runs", {
    unit: "count",
    labels: RUN,
    help: "Judged runs in a row, ending with the last one, whose verdict is fail.",
  }),
  lastTwoFailed: gauge("chatbench_last_two_runs_failed", {
    unit: "count",
    labels: RUN,
    help: "How many of the last two judged runs have the verdict fail: 0, 1 or 2.",
  }),
  missedValue: gauge("chatbench_missed_objective_value", {
    unit: "other",
    labels: [...RUN, "objective", "verdict", "run_id"],
    help: "The value of each objective that was missed by the last judged scheduled run that measured it, with its verdict (warning or fail) and that run; an older one where the last judged run could not measure it. In the unit of the limit: seconds, a ratio from 0 to 1, or a count. Absent: it was met, or never measured.",
  }),
} as const;

export const LAST_RUN = {
  info: gauge("chatbench_last_run_info", {
    unit: "1",
    labels: [...RUN, "run_id", "revision"],
    help: "Identity of the last judged run; run_id is k6's testid.",
  }),
  started: gauge("chatbench_last_run_start_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: RUN,
    help: "When the last judged run began.",
  }),
  ended: gauge("chatbench_last_run_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: RUN,
    help: "When the last judged run ended.",
  }),
  duration: gauge("chatbench_last_run_duration_seconds", {
    unit: "seconds",
    labels: RUN,
    help: "How long the last judged run took, from its beginning to its verdict.",
  }),
  verdict: gauge("chatbench_last_run_verdict", {
    unit: "one of these is 1",
    labels: [...RUN, "verdict"],
    help: "Verdict of the last judged run: pass, warning or fail.",
  }),
  objectiveMet: gauge("chatbench_last_run_objective_met", {
    unit: "0 or 1",
    labels: [...RUN, "objective"],
    help: "Whether the last judged run met an objective; absent where it was not measured.",
  }),
  objectiveVerdict: gauge("chatbench_last_run_objective_verdict", {
    unit: "one of these is 1",
    labels: [...RUN, "objective", "verdict"],
    help: "What the last judged run says of an objective: pass, warning (missed by at most 10 %), fail, or invalid (not measured).",
  }),
  failedRequests: gauge("chatbench_last_run_failed_requests", {
    unit: "count",
    labels: RUN,
    help: "Failed requests in the judged window of the last judged run, at most.",
  }),
} as const;

export const NEWEST_RUN = {
  info: gauge("chatbench_newest_run_info", {
    unit: "1",
    labels: [...RUN, "run_id", "revision"],
    help: "Identity of the newest run that ended, however; run_id is k6's testid.",
  }),
  started: gauge("chatbench_newest_run_start_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: RUN,
    help: "When the newest run that ended began.",
  }),
  ended: gauge("chatbench_newest_run_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: RUN,
    help: "When the newest run that ended did so.",
  }),
  state: gauge("chatbench_newest_run_state", {
    unit: "one of these is 1",
    labels: [...RUN, "state"],
    help: "How the newest run ended: finished, error (the benchmark failed), aborted (stopped) or lost (the daemon died).",
  }),
  verdict: gauge("chatbench_newest_run_verdict", {
    unit: "one of these is 1",
    labels: [...RUN, "verdict"],
    help: "Verdict of the newest run: pass, warning, fail, invalid (its numbers cannot be judged), or none (it did not finish).",
  }),
  reason: gauge("chatbench_newest_run_reason_info", {
    unit: "1",
    labels: [...RUN, "reason"],
    help: "Code of the reason why the newest run was not judged, or why it ended as it did; absent without one.",
  }),
  telemetry: gauge("chatbench_newest_run_telemetry", {
    unit: "one of these is 1",
    labels: [...RUN, "telemetry"],
    help: "Whether Prometheus holds every request that k6 sent in the newest run: complete, incomplete, unread (nobody has read it back yet), or none (nothing was to be sent).",
  }),
} as const;
