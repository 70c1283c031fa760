/**
 * The catalogue: every metric of the daemon's page, with type, unit, labels and help. Nothing else names a metric:
 * the page, docs/metrics.md, rules and dashboards all take the names from here.
 */
import { DAEMON } from "./daemon.ts";
import { LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS } from "./measurements.ts";
import type { Metric } from "./metric.ts";
import { PROCESS } from "./process.ts";
import { LAST_RUN, NEWEST_RUN, RUNS } from "./runs.ts";
import { SCHEDULE } from "./schedule.ts";
import { TARGETS } from "./targets.ts";

export { DAEMON } from "./daemon.ts";
export { LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS } from "./measurements.ts";
export type { Metric, MetricUnit } from "./metric.ts";
export { PROCESS } from "./process.ts";
export { LAST_RUN, NEWEST_RUN, RUNS } from "./runs.ts";
export { SCHEDULE } from "./schedule.ts";
export { TARGETS } from "./targets.ts";

/** The catalogue in the order of the docs. */
export const CATALOGUE: readonly { readonly title: string; readonly metrics: readonly Metric[] }[] = [
  { title: "The last judged run", metrics: [...Object.values(LAST_RUN), ...Object.values(LAST_RUN_MEASUREMENTS)] },
  { title: "The newest run", metrics: Object.values(NEWEST_RUN) },
  { title: "Runs", metrics: Object.values(RUNS) },
  { title: "Limits", metrics: Object.values(OBJECTIVE_LIMITS) },
  { title: "Schedules", metrics: Object.values(SCHEDULE) },
  { title: "Targets", metrics: Object.values(TARGETS) },
  { title: "The daemon", metrics: Object.values(DAEMON) },
  { title: "The process", metrics: PROCESS },
];
