/** Metrics of uptime, of each target: read back from Prometheus by the daemon. */
export const UPTIME = {
  value: "chatbench_target_uptime_ratio",
  coverage: "chatbench_target_uptime_coverage_ratio",
  objective: "chatbench_objective_uptime_ratio",
} as const;
