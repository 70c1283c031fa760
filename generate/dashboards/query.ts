/** PromQL and queries that dashboards share. */
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Metric } from "../../src/exporter/catalogue/index.ts";

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** Name of its series, with `{{label}}`. */
  readonly legend?: string;
  /** `instant`: the newest value alone; `table`: that, with a column for each label; `heatmap`: buckets over time. */
  readonly as?: "lines" | "instant" | "table" | "heatmap";
  /** Shortest step: how often its series get a value, where that is not the data source's scrape interval. */
  readonly step?: string;
}

type Selection<Label extends string> = Readonly<Partial<Record<NoInfer<Label>, string>>>;

interface Choice<Label extends string> {
  readonly where?: Selection<Label>;
  /** Labels that the answer keeps beside those of the scenario. */
  readonly by?: readonly NoInfer<Label>[];
}

const SCENARIO = ["scenario", "target"] as const;
export const RUN = ["scenario", "target", "trigger"] as const;
const DAEMON_RUN = ["job", "instance", ...RUN] as const;
const CHOSEN = 'job=~"$job", scenario=~"$scenario", target=~"$target"';

/** A gauge of the chosen scenarios and triggers, whichever daemon tells it. */
export function ofRuns<Label extends string>(metric: Metric<Label>, { where, by = [] }: Choice<Label> = {}): string {
  const selector = `{${CHOSEN}, trigger=~"$trigger"${matchers(where)}}`;
  return `max by (${[...RUN, ...by].join(", ")}) (${metric.name}${selector})`;
}

/** The same, of each daemon by itself. */
export function ofEachDaemon<Label extends string>(
  metric: Metric<Label>,
  { where, by = [] }: Choice<Label> = {},
): string {
  const selector = `{${CHOSEN}, trigger=~"$trigger"${matchers(where)}}`;
  return `max by (${[...DAEMON_RUN, ...by].join(", ")}) (${metric.name}${selector})`;
}

/**
 * Of several daemons the one that tells of the newest run. For a minute after a run they tell of different ones: words
 * of both must not be added up, and a run has one id.
 */
export function ofNewestDaemon(
  expr: string,
  started: Metric<(typeof RUN)[number]>,
  by: readonly string[] = [],
): string {
  const newest = `topk by (${RUN.join(", ")}) (1, ${ofEachDaemon(started)})`;
  return `max by (${[...RUN, ...by].join(", ")}) (${expr} and ${onDaemon} ${newest})`;
}

/** A gauge of the chosen scenarios. */
export function ofScenarios<Label extends string>(
  metric: Metric<Label>,
  { where, by = [] }: Choice<Label> = {},
): string {
  return `max by (${[...SCENARIO, ...by].join(", ")}) (${metric.name}{${CHOSEN}${matchers(where)}})`;
}

/** Both of the same scenario, target and trigger: the value is that of the left. */
export const onRun = `on (${RUN.join(", ")})`;
/** As told by the same daemon. */
export const onDaemon = `on (${DAEMON_RUN.join(", ")})`;
export const onScenario = `on (${SCENARIO.join(", ")})`;

function matchers(where: Readonly<Record<string, string | undefined>> = {}): string {
  return Object.entries(where)
    .map(([label, text = ""]) =>
      text.startsWith("!") ? `, ${label}!~"${text.slice(1)}"` : `, ${label}${text.includes("|") ? "=~" : "="}"${text}"`,
    )
    .join("");
}

/** A query as Grafana keeps it. */
export function queryOf({ expr, legend, as = "lines", step }: Query): DataqueryBuilder {
  const query = new DataqueryBuilder().expr(expr).legendFormat(legend ?? "");
  if (as === "lines" || as === "heatmap") query.range();
  else query.instant();
  if (as === "table") query.format(PromQueryFormat.Table);
  if (as === "heatmap") query.format(PromQueryFormat.Heatmap);
  return step === undefined ? query : query.interval(step);
}
