/** Metrics of the targets themselves: read back from Prometheus, where blackbox_exporter's probes are. */
import { gauge } from "./metric.ts";

const TARGET = ["target"] as const;

export const TARGETS = {
  uptime: gauge("chatbench_target_uptime_ratio", {
    unit: "ratio",
    labels: TARGET,
    help: "Share of the probes that the target answered, over the window of its uptime objective (30 days without one); absent: not measured.",
  }),
  coverage: gauge("chatbench_target_uptime_coverage_ratio", {
    unit: "ratio",
    labels: TARGET,
    help: "Share of that window's probes that were made: a gap is neither uptime nor downtime.",
  }),
  objective: gauge("chatbench_objective_uptime_ratio", {
    unit: "ratio",
    labels: TARGET,
    help: "Limit that the configuration sets for the uptime of a target.",
  }),
} as const;
