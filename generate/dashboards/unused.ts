/** Metrics of the catalogue that no rule, dashboard or runbook uses, each with the reason. A test holds it complete. */
const FINER = "finer than an answer to a page of people needs; there for whoever looks into the process";
const SAID_BY_ANOTHER = "said by another metric that is used";

const RESOURCE = "what a run saw of its target's system; shown on the run's own page, and there for one's own queries";
const LIMIT_OF_RESOURCE = "only where somebody sets such an objective, and then the objective's verdict tells";

export const UNUSED: Readonly<Record<string, string>> = {
  chatbench_last_run_start_timestamp_seconds:
    "for joins by time in one's own queries; the end of the run is what is shown",
  chatbench_last_run_objective_met:
    "yes or no for one's own alerts; ours tell warning from fail by the objective's verdict",
  chatbench_last_run_cpu_cores: RESOURCE,
  chatbench_last_run_cpu_peak_cores: RESOURCE,
  chatbench_last_run_memory_bytes: RESOURCE,
  chatbench_last_run_memory_peak_bytes: RESOURCE,
  chatbench_last_run_network_receive_bytes_per_second: RESOURCE,
  chatbench_last_run_network_transmit_bytes_per_second: RESOURCE,
  chatbench_last_run_cache_hit_ratio: RESOURCE,
  chatbench_cache_requests_total: RESOURCE,
  chatbench_cache_hits_total: RESOURCE,
  chatbench_objective_cpu_cores: LIMIT_OF_RESOURCE,
  chatbench_objective_cpu_peak_cores: LIMIT_OF_RESOURCE,
  chatbench_objective_memory_bytes: LIMIT_OF_RESOURCE,
  chatbench_objective_memory_peak_bytes: LIMIT_OF_RESOURCE,
  chatbench_objective_network_receive_bytes_per_second: LIMIT_OF_RESOURCE,
  chatbench_objective_network_transmit_bytes_per_second: LIMIT_OF_RESOURCE,
  chatbench_objective_cache_hit_ratio: LIMIT_OF_RESOURCE,
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
