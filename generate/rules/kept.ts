/**
 * What a daemon said last, kept for as long as it does not answer. Alerts rest on it, so that a daemon that restarts or
 * dies neither resolves one nor raises one; and what a daemon that answers no longer says is forgotten at once, so that
 * a target or a schedule that was removed calls nobody (docs/decisions/0032-what-a-daemon-said-last.md).
 */
import { DAEMON, OBJECTIVE_LIMITS, SCHEDULE, type Metric } from "../../src/exporter/catalogue/index.ts";
import { JOB, selectorOf, type Where } from "./selectors.ts";
import type { RecordingRule } from "./rule.ts";

export const keptName = ({ name }: Pick<Metric, "name">): string => `instance:${name}:last`;

/** Is still configured, as told by a daemon that has not reached its database and may not know all of the past yet. */
export type Owner = "scenario" | "schedule" | "target";

const CONFIGURED: Readonly<Record<Exclude<Owner, "target">, string>> = {
  // Every scenario is judged on its errors.
  scenario: OBJECTIVE_LIMITS.error_rate.name,
  schedule: `${SCHEDULE.paused.name} == 0`,
};

/** Kept by instance: of several daemons each speaks for itself. */
export function kept(
  metric: Metric,
  { where, owner }: { readonly where: Where; readonly owner: Owner },
): RecordingRule {
  const self = keptName(metric);
  const up = `up{job="${JOB}"}`;
  const away = `${DAEMON.collectorSuccess.name}{collector="database", target=""} == 0`;
  const stands = [
    `${self} and on (job, instance) ${up} == 0`,
    // Its address is no longer known to Prometheus, as after a stop: another one takes over as soon as it answers.
    `${self} unless on (job) ${up} == 1`,
    ...(owner === "target"
      ? []
      : [`${self} and on (job, scenario, target) (${CONFIGURED[owner]} and on (job, instance) ${away})`]),
  ];
  const lines = [`${metric.name}${selectorOf(where)}`, ...stands.map((part) => `(${part})`)];
  return { record: self, expr: lines.join("\nor\n") };
}
