/** What prom-client tells of the process, without the gauges that it names like counters. */
import { counter, gauge, histogram, type Metric, type MetricUnit } from "./metric.ts";

const COUNTERS: readonly Metric[] = [
  counted("process_cpu_user_seconds_total", "Total user CPU time spent in seconds."),
  counted("process_cpu_system_seconds_total", "Total system CPU time spent in seconds."),
  counted("process_cpu_seconds_total", "Total user and system CPU time spent in seconds."),
];

const GAUGES: readonly Metric[] = [
  plain("process_start_time_seconds", "unix time in seconds", "Start time of the process since unix epoch in seconds."),
  plain("process_resident_memory_bytes", "other", "Resident memory size in bytes."),
  plain("process_virtual_memory_bytes", "other", "Virtual memory size in bytes."),
  plain("process_heap_bytes", "other", "Process heap size in bytes."),
  plain("process_open_fds", "count", "Number of open file descriptors."),
  plain("process_max_fds", "count", "Maximum number of open file descriptors."),
  plain("nodejs_eventloop_lag_seconds", "seconds", "Lag of event loop in seconds."),
  plain("nodejs_eventloop_lag_min_seconds", "seconds", "The minimum recorded event loop delay."),
  plain("nodejs_eventloop_lag_max_seconds", "seconds", "The maximum recorded event loop delay."),
  plain("nodejs_eventloop_lag_mean_seconds", "seconds", "The mean of the recorded event loop delays."),
  plain("nodejs_eventloop_lag_stddev_seconds", "seconds", "The standard deviation of the recorded event loop delays."),
  plain("nodejs_eventloop_lag_p50_seconds", "seconds", "The 50th percentile of the recorded event loop delays."),
  plain("nodejs_eventloop_lag_p90_seconds", "seconds", "The 90th percentile of the recorded event loop delays."),
  plain("nodejs_eventloop_lag_p99_seconds", "seconds", "The 99th percentile of the recorded event loop delays."),
  plain("nodejs_heap_size_total_bytes", "other", "Process heap size from Node.js in bytes."),
  plain("nodejs_heap_size_used_bytes", "other", "Process heap size used from Node.js in bytes."),
  plain("nodejs_external_memory_bytes", "other", "Node.js external memory size in bytes."),
  space("nodejs_heap_space_size_total_bytes", "Process heap space size total from Node.js in bytes."),
  space("nodejs_heap_space_size_used_bytes", "Process heap space size used from Node.js in bytes."),
  space("nodejs_heap_space_size_available_bytes", "Process heap space size available from Node.js in bytes."),
];

export const PROCESS: readonly Metric[] = [
  ...COUNTERS,
  ...GAUGES,
  gauge("nodejs_active_resources", {
    unit: "count",
    labels: ["type"],
    help: "Number of active resources that are currently keeping the event loop alive, grouped by async resource type.",
  }),
  gauge("nodejs_version_info", {
    unit: "1",
    labels: ["version", "major", "minor", "patch"],
    help: "Node.js version info.",
  }),
  histogram("nodejs_gc_duration_seconds", {
    unit: "seconds",
    labels: ["kind"],
    help: "Garbage collection duration by kind, one of major, minor, incremental or weakcb.",
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  }),
];

function counted(name: string, help: string): Metric {
  return counter(name, { unit: "seconds", labels: [], help });
}

function plain(name: string, unit: MetricUnit, help: string): Metric {
  return gauge(name, { unit, labels: [], help });
}

function space(name: string, help: string): Metric {
  return gauge(name, { unit: "other", labels: ["space"], help });
}
