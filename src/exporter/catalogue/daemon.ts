/** Metrics of the daemon itself. */
import { counter, gauge, histogram } from "./metric.ts";

export const DAEMON = {
  build: gauge("chatbench_build_info", {
    unit: "1",
    labels: ["version", "revision", "nodeversion"],
    help: "Version of the running daemon.",
  }),
  k6: gauge("chatbench_k6_info", { unit: "1", labels: ["version"], help: "Version of the k6 in use." }),
  config: gauge("chatbench_config_info", { unit: "1", labels: ["sha256"], help: "Hash of the configuration in use." }),
  reloadSuccessful: gauge("chatbench_config_last_reload_successful", {
    unit: "0 or 1",
    labels: [],
    help: "Whether the last reload of the configuration was taken; 0: the one before it is still in use.",
  }),
  reloadSuccessTime: gauge("chatbench_config_last_reload_success_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: [],
    help: "When the configuration in use was loaded.",
  }),
  queued: gauge("chatbench_runs_queued", {
    unit: "count",
    labels: [],
    help: "Runs that wait for their turn; absent while the database is away.",
  }),
  queueWait: histogram("chatbench_run_queue_wait_seconds", {
    unit: "seconds",
    labels: [],
    help: "How long runs waited in the queue before they began.",
    buckets: [1, 5, 15, 30, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400],
  }),
  collectorSuccess: gauge("chatbench_scrape_collector_success", {
    unit: "0 or 1",
    labels: ["collector", "target", "trigger"],
    help: "Whether a source of these metrics is well: without target and trigger facts (0: what tells of schedules and runs is as it was before), process, and the parts that the daemon asks (database, records, prometheus, k6); with a target what is watched of it during a run (postgres, redis, process, node_exporter, cadvisor, metrics), in its newest run of that trigger: 1 where the last of its readings came and at least 90 % of them all did.",
  }),
  collectorDuration: gauge("chatbench_scrape_collector_duration_seconds", {
    unit: "seconds",
    labels: ["collector"],
    help: "How long that source took when it was last asked.",
  }),
  httpRequests: counter("chatbench_http_requests_total", {
    unit: "count",
    labels: ["handler", "method", "code"],
    help: "HTTP requests that the daemon answered.",
  }),
  httpDuration: histogram("chatbench_http_request_duration_seconds", {
    unit: "seconds",
    labels: ["handler"],
    help: "How long the daemon took to answer HTTP requests.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  }),
} as const;
