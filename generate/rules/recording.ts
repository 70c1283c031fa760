/** Series that dashboards would otherwise compute again and again. */
import { DAEMON, LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import type { MeasurementName } from "../../src/model/index.ts";
import type { RecordingRule } from "./rule.ts";

const BOUNDED = ["latency_p95", "latency_p99", "error_rate"] as const satisfies readonly MeasurementName[];

/** How many series k6 keeps alive in Prometheus, by scenario, target and trigger: only while a run is at work. */
export const K6_SERIES = "scenario_target_trigger:k6_series:count";

export function recordingRules(): readonly RecordingRule[] {
  const { name } = DAEMON.httpRequests;
  return [
    ...BOUNDED.map(limitShare),
    { record: K6_SERIES, expr: k6Series() },
    { record: "job:chatbench_http_requests:rate5m", expr: `sum by (job) (rate(${name}[5m]))` },
    {
      record: "job:chatbench_http_requests_failed_per_requests:ratio_rate5m",
      expr: `sum by (job) (rate(${name}{code=~"5.."}[5m]))\n/\n(sum by (job) (rate(${name}[5m])) > 0)`,
    },
  ];
}

/** Counted first: k6 has a tag `scenario` of its own, which must not be overwritten series by series. */
function k6Series(): string {
  const counted = 'count by (chatbench_scenario, target, trigger) ({__name__=~"k6_.+"})';
  return `sum by (scenario, target, trigger) (\n  label_replace(${counted}, "scenario", "$1", "chatbench_scenario", "(.*)")\n)`;
}

/** How much of its limit a measurement uses: 1 is the limit. Only where there is a limit above 0. */
function limitShare(measurement: (typeof BOUNDED)[number]): RecordingRule {
  const value = LAST_RUN_MEASUREMENTS[measurement].name;
  const limit = OBJECTIVE_LIMITS[measurement].name;
  return {
    record: `scenario_target_trigger:chatbench_last_run_${measurement}_per_objective:ratio`,
    expr: [
      `max by (job, scenario, target, trigger) (${value})`,
      "/ on (job, scenario, target) group_left ()",
      `max by (job, scenario, target) (${limit} > 0)`,
    ].join("\n"),
  };
}
