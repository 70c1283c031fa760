/** Why a load that was made is not judged: verdict `invalid`. docs/runbooks/run-invalid.md explains each. */
export const NOT_JUDGED = [
  "no_requests",
  "too_few_samples",
  "not_measured",
  "error_rate_ambiguous",
  "threshold_without_data",
  "window_too_short",
  "answers_stopped",
  "generator_saturated",
  "warmup_unsettled",
  "target_restarted",
  "clock_trouble",
  "environment_violation",
  "cache_state_wrong",
  "iterations_dropped",
  "probe_saturated",
  "fake_streaming",
] as const;

/** Every reason a run, trial or objective can have, closed: dashboards, tests and docs list exactly these. */
export const REASON_CODES = [
  // the target
  "target_failed",
  ...NOT_JUDGED,
  // error
  "engine_missing",
  "engine_version",
  "engine_failed_to_start",
  "script_unreadable",
  "script_broken",
  "prompts_unusable",
  "engine_configuration",
  "setup_timeout",
  "teardown_timeout",
  "timeout",
  "killed",
  "out_of_memory",
  "panic",
  "stopped_by_api",
  "marked_failed",
  "too_many_series",
  "engine_exit_unknown",
  "no_summary",
  "bad_summary",
  "storage",
  "internal",
  "secret_missing",
  // lost
  "daemon_died",
  "owner_silent",
  // aborted
  "aborted_by_script",
  "aborted_by_person",
  "aborted_by_shutdown",
  "aborted_by_spend_cap",
  "aborted_by_schedule",
  // beside the load: no run is judged by it
  "collector_failed",
  // telemetry
  "prometheus_not_configured",
  "prometheus_unreachable",
  "pushes_failed",
  "series_missing",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why something is as it is: a code for machines and one sentence for people. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

export function reason(code: ReasonCode, text: string): Reason {
  return { code, text };
}
