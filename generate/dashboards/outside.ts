/**
 * Metrics that are not ours: what dashboards may name beside Chatbench's catalogue. One list for each exporter, so that
 * a test can hold every name against the real thing.
 */

/** What k6 pushes while a run is at work; on each: testid, chatbench_scenario, target, trigger. */
export const K6 = {
  users: "k6_vus",
  usersMax: "k6_vus_max",
  iterations: "k6_iterations_total",
  dropped: "k6_dropped_iterations_total",
  requests: "k6_http_reqs_total",
  duration: "k6_http_req_duration_seconds",
  blocked: "k6_http_req_blocked_seconds",
  connecting: "k6_http_req_connecting_seconds",
  tls: "k6_http_req_tls_handshaking_seconds",
  sending: "k6_http_req_sending_seconds",
  waiting: "k6_http_req_waiting_seconds",
  receiving: "k6_http_req_receiving_seconds",
  iterationDuration: "k6_iteration_duration_seconds",
  checks: "k6_checks_rate",
  exceptions: "k6_chatbench_exceptions_total",
  exchangeDuration: "k6_chatbench_exchange_duration_seconds",
  ttft: "k6_chatbench_ttft_seconds",
  tpot: "k6_chatbench_tpot_seconds",
  exchanges: "k6_chatbench_exchanges_total",
  outputTokens: "k6_chatbench_output_tokens_total",
  sent: "k6_data_sent_total",
  received: "k6_data_received_total",
} as const;

/** blackbox_exporter, which asks each target of the configuration. */
export const PROBE = {
  success: "probe_success",
  duration: "probe_duration_seconds",
  status: "probe_http_status_code",
  phases: "probe_http_duration_seconds",
} as const;

/** node_exporter on the machine of the target. */
export const NODE = {
  uname: "node_uname_info",
  bootTime: "node_boot_time_seconds",
  cpu: "node_cpu_seconds_total",
  load1: "node_load1",
  memoryTotal: "node_memory_MemTotal_bytes",
  memoryAvailable: "node_memory_MemAvailable_bytes",
  swapTotal: "node_memory_SwapTotal_bytes",
  swapFree: "node_memory_SwapFree_bytes",
  pagesIn: "node_vmstat_pgmajfault",
  diskSize: "node_filesystem_size_bytes",
  diskAvailable: "node_filesystem_avail_bytes",
  diskRead: "node_disk_read_bytes_total",
  diskWritten: "node_disk_written_bytes_total",
  diskBusy: "node_disk_io_time_seconds_total",
  received: "node_network_receive_bytes_total",
  transmitted: "node_network_transmit_bytes_total",
  connections: "node_netstat_Tcp_CurrEstab",
  retransmitted: "node_netstat_Tcp_RetransSegs",
  segmentsSent: "node_netstat_Tcp_OutSegs",
  openFiles: "node_filefd_allocated",
  maxFiles: "node_filefd_maximum",
} as const;

/** cAdvisor, which the compose file has: what each container takes. */
export const CADVISOR = {
  cpu: "container_cpu_usage_seconds_total",
  throttled: "container_cpu_cfs_throttled_periods_total",
  periods: "container_cpu_cfs_periods_total",
  memory: "container_memory_working_set_bytes",
  memoryLimit: "container_spec_memory_limit_bytes",
  received: "container_network_receive_bytes_total",
  transmitted: "container_network_transmit_bytes_total",
} as const;
/** The label that holds the name of the service, by the flags of the compose file. */
export const SERVICE = "container_label_com_docker_compose_service";

/** Prometheus itself, which makes the first two of each scrape and of each rule. */
export const PROMETHEUS = {
  up: "up",
  alerts: "ALERTS",
  headSeries: "prometheus_tsdb_head_series",
  ruleFailures: "prometheus_rule_evaluation_failures_total",
  samples: "prometheus_tsdb_head_samples_appended_total",
} as const;

/** Every name of the lists above. */
export const OUTSIDE: readonly string[] = [K6, PROBE, NODE, CADVISOR, PROMETHEUS].flatMap((list) =>
  Object.values(list),
);
