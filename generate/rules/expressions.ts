/** PromQL that several rules share. */
import type { Metric } from "../../src/exporter/catalogue/index.ts";
import { keptName } from "./kept.ts";
import { selectorOf, type Where } from "./selectors.ts";

export const SCENARIO = ["job", "scenario", "target"] as const;
export const RUN = [...SCENARIO, "trigger"] as const;

interface Selection<Label extends string> {
  readonly where?: Where<Label>;
  readonly by?: readonly NoInfer<Label>[];
}

/**
 * What is told of scheduled runs now, or else what was said last (kept.ts keeps it). A run of a pull request never
 * pages: it reports to the pull request.
 */
export function ofNights<Label extends string>(
  metric: Metric<Label>,
  { where, by = [] }: Selection<Label> = {},
): string {
  return newest(metric, { by: [...RUN, ...by], where: { trigger: "cron", ...where } });
}

/** The newest value of a gauge of a scenario. */
export function ofScenario<Label extends string>(metric: Metric<Label>): string {
  return newest(metric, { by: SCENARIO, where: {} });
}

/** The newest value of a gauge of a target. */
export function ofTarget<Label extends string>(metric: Metric<Label>): string {
  return newest(metric, { by: ["target"], where: {} });
}

export interface Newest {
  readonly by: readonly string[];
  readonly where: Readonly<Record<string, string | undefined>>;
  /** What was said last does not count where this is told: `on (labels) series`. */
  readonly unlessTold?: string;
}

// What is told now comes first: a daemon that came back at another address must not be overruled by what it said before.
export function newest({ name }: Pick<Metric, "name">, { by, where, unlessTold }: Newest): string {
  const [selector, labels] = [selectorOf(where), by.join(", ")];
  const last = `max by (${labels}) (${keptName({ name })}${selector})`;
  const standing = unlessTold === undefined ? last : `(${last} unless ${unlessTold})`;
  return `(max by (${labels}) (${name}${selector}) or ${standing})`;
}
