/** Metrics of the catalogue that no rule, dashboard or runbook uses, each with the reason. A test holds it complete. */
const FINER = "finer than an answer to a page of people needs; there for whoever looks into the process";
const SAID_BY_ANOTHER = "said by another metric that is used";

export const UNUSED: Readonly<Record<string, string>> = {
  chatbench_last_run_start_timestamp_seconds:
    "for joins by time in one's own queries; the end of the run is what is shown",
  chatbench_last_run_objective_met:
    "yes or no for one's own alerts; ours tell warning from fail by the objective's verdict",
  process_cpu_user_seconds_total: FINER,
  process_cpu_system_seconds_total: FINER,
  process_virtual_memory_bytes: FINER,
  process_heap_bytes: SAID_BY_ANOTHER,
  nodejs_eventloop_lag_seconds: SAID_BY_ANOTHER,
  nodejs_eventloop_lag_min_seconds: FINER,
  nodejs_eventloop_lag_mean_seconds: FINER,
  nodejs_eventloop_lag_stddev_seconds: FINER,
  nodejs_eventloop_lag_p90_seconds: FINER,
  nodejs_heap_size_total_bytes: FINER,
  nodejs_heap_space_size_total_bytes: FINER,
  nodejs_heap_space_size_used_bytes: FINER,
  nodejs_heap_space_size_available_bytes: FINER,
  nodejs_version_info: SAID_BY_ANOTHER,
};
