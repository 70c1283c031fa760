/** Asks every question of a dashboard, and makes of the answers what a page draws. */
import { interpolate, labelValues, type Dashboard, type Panel, type Target } from "../dashboards/read.ts";
import { heatmapView, linesView, type Drawn, type Named } from "./lines-view.ts";
import { ask, valuesOfLabel, type Range, type Series } from "./prometheus.ts";
import { tableView } from "./table-view.ts";
import type { DashboardView, PanelView, View } from "./view.ts";
import { barsView, statView, timelineView } from "./words-view.ts";

export interface Asked {
  readonly prometheusUrl: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** By variable; else all where several may be chosen, and the first of the list. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly note: string;
  readonly rangeText: string;
}

type Values = Readonly<Record<string, string>>;

/** The step of the data source, in seconds. */
const SCRAPE_SECONDS = 15;
const NICE_STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200];
const POINTS = 600;

export async function viewOf(dashboard: Dashboard, asked: Asked): Promise<DashboardView> {
  const { values, shown } = await chosenValues(dashboard, asked);
  const marks = await marksOf(dashboard, asked, values);
  const panels: PanelView[] = [];
  for (const panel of dashboard.panels) {
    const about = { title: panel.title, description: panel.description, at: panel.gridPos };
    const links = (panel.links ?? []).map(({ title }) => title);
    const view = panel.type === "row" ? { kind: "row" as const } : await panelView(panel, { asked, values, marks });
    panels.push({ ...about, links, view });
  }
  const { uid, title, description } = dashboard;
  return { uid, title, description, note: asked.note, range: asked.rangeText, variables: shown, panels };
}

async function chosenValues(
  { templating }: Dashboard,
  { prometheusUrl, from, to, chosen }: Asked,
): Promise<{ readonly values: Values; readonly shown: DashboardView["variables"] }> {
  const values: Record<string, string> = {};
  const shown: { label: string; value: string }[] = [];
  for (const variable of templating.list) {
    if (variable.type !== "query") continue;
    const { series, label } = labelValues(variable);
    const question = { label, series: interpolate(series, values) };
    const found = await valuesOfLabel(prometheusUrl, question, { start: from, end: to });
    const value = chosen[variable.name] ?? (variable.multi ? (variable.allValue ?? ".*") : (found.at(-1) ?? ""));
    values[variable.name] = value;
    shown.push({ label: variable.label, value: value === variable.allValue ? "All" : value });
  }
  return { values, shown };
}

async function marksOf({ annotations }: Dashboard, asked: Asked, values: Values): Promise<readonly number[]> {
  const range = rangeOf(asked, 60);
  const found = annotations.list
    .filter(({ enable }) => enable)
    .map(({ expr }) => ask(asked.prometheusUrl, interpolate(expr, values), range));
  const times = (await Promise.all(found)).flat().flatMap(({ points }) => points.map(([, at]) => at / 1000));
  return [...new Set(times)].filter((time) => time >= asked.from && time <= asked.to);
}

/** As Grafana: as many points as the panel can show, no finer than the data is. */
function rangeOf({ from, to }: Asked, leastSeconds: number): Range {
  const wanted = (to - from) / POINTS;
  const nearest = NICE_STEPS.reduce((best, step) =>
    Math.abs(Math.log(step / wanted)) < Math.abs(Math.log(best / wanted)) ? step : best,
  );
  const stepSeconds = Math.max(nearest, leastSeconds);
  return { start: Math.ceil(from / stepSeconds) * stepSeconds, end: to, stepSeconds };
}

interface Place {
  readonly asked: Asked;
  readonly values: Values;
  readonly marks: readonly number[];
}

async function panelView(panel: Panel, { asked, values, marks }: Place): Promise<View> {
  const targets = panel.targets ?? [];
  const ranges = targets.map((target) => rangeOf(asked, intervalOf(target)));
  const answers = await Promise.all(
    targets.map((target, at) => answerOf(target, { asked, values, range: ranges[at] ?? rangeOf(asked, 15) })),
  );
  const drawn: Drawn = { panel, range: { ...(ranges[0] ?? rangeOf(asked, 15)) }, marks };
  if (panel.type === "table")
    return tableView(
      drawn,
      answers.map((series, at) => [targets[at]?.refId ?? "", series]),
    );
  const named = answers.flatMap((series, at) => series.map((one) => ({ name: nameOf(one, targets[at]), series: one })));
  const empty = panel.fieldConfig.defaults.noValue ?? "No data";
  if (named.length === 0) return { kind: "empty", text: empty };
  return drawingOf(panel.type)(drawn, named);
}

function drawingOf(type: string): (drawn: Drawn, named: readonly Named[]) => View {
  const known: Readonly<Record<string, (drawn: Drawn, named: readonly Named[]) => View>> = {
    timeseries: linesView,
    bargauge: barsView,
    heatmap: heatmapView,
    stat: statView,
    "state-timeline": timelineView,
  };
  const found = known[type];
  if (found === undefined) throw new Error(`The preview cannot draw panels of the kind ${type}.`);
  return found;
}

function intervalOf({ interval }: Target): number {
  return interval === undefined ? SCRAPE_SECONDS : Number.parseInt(interval, 10);
}

async function answerOf(
  target: Target,
  { asked, values, range }: { readonly asked: Asked; readonly values: Values; readonly range: Range },
): Promise<readonly Series[]> {
  const scrape = intervalOf(target);
  const expr = interpolate(target.expr, {
    ...values,
    __rate_interval: `${String(Math.max(range.stepSeconds + scrape, 4 * scrape))}s`,
    __interval: `${String(range.stepSeconds)}s`,
    __range: `${String(Math.round(asked.to - asked.from))}s`,
  });
  return ask(asked.prometheusUrl, expr, target.instant === true ? asked.to : range);
}

/** The legend, with labels put in; without one, the labels themselves. */
function nameOf({ metric }: Series, target: Target | undefined): string {
  const legend = target?.legendFormat ?? "";
  if (legend !== "") return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
  const labels = Object.entries(metric).map(([name, value]) => `${name}="${value}"`);
  return labels.length === 0 ? "Value" : `{${labels.join(", ")}}`;
}
