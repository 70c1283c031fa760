/** How a scenario's P95 moved over its last runs, with the result of each. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { formatValue, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { MARKS } from "./marks.ts";
import { at, figure, svg } from "./svg.ts";
import { outcomeOf, timeText } from "./words.ts";

const MOST_RUNS = 40;
const HEIGHT = 132;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 18, 16, 104] as const;

/** `runs` of one scenario, newest first; undefined below two that have a P95. */
export function trendFigure(runs: readonly RunRecord[]): Html | undefined {
  const measured = runs.filter((run) => run.measurements.latency_p95 !== undefined && run.state === "finished");
  const shown = measured.slice(0, MOST_RUNS).reverse();
  const scenario = shown[0]?.scenario;
  if (shown.length < 2 || scenario === undefined) return undefined;
  const caption = `P95 latency of the last ${shown.length} finished runs that have one, oldest to newest. Circle: pass. Triangle: warning. Diamond: fail. Ring: invalid.`;
  return figure((width) => draw(shown, width, scenario), caption);
}

function p95Of(run: RunRecord): number {
  return run.measurements.latency_p95?.value ?? 0;
}

type Scale = (value: number) => number;

function draw(runs: readonly RunRecord[], width: number, scenario: string): Html {
  const limit = runs.at(-1)?.objectives.find((objective) => objective.measurement === "latency_p95");
  const values = runs.map(p95Of);
  const x = scaleLinear([0, runs.length - 1], [LEFT + 8, width - RIGHT]);
  const y = scaleLinear([0, Math.max(0.001, ...values, limit?.limit ?? 0) * 1.1], [BOTTOM, TOP]).nice(3);
  const path = line<number>(
    (_, index) => x(index),
    (value) => y(value),
  ).digits(1);
  return svg({
    id: `trend-${scenario}-${width}`.replaceAll(/[^a-z0-9-]/g, "_"),
    width,
    height: HEIGHT,
    title: `P95 latency of ${scenario} over its last runs`,
    description: runs.map(runText).join("; "),
    body: [
      y.ticks(3).map((tick) => gridLine(y(tick), tick, width)),
      limit !== undefined && limitLine(y(limit.limit), limit.condition, width),
      html`<path class="trend" d="${path(values) ?? ""}" />`,
      dots(runs, x, y),
      ends(runs, width),
    ],
  });
}

function runText(run: RunRecord): string {
  return `${timeText(run.started_at)}: ${formatValue(p95Of(run), "s")}, ${outcomeOf(run).word}`;
}

function gridLine(y: number, tick: number, width: number): Html {
  return html`<line class="grid" x1="${LEFT}" x2="${width - RIGHT + 8}" y1="${at(y)}" y2="${at(y)}" />
    <text class="tick" x="${LEFT - 5}" y="${at(y + 4)}" text-anchor="end">${formatValue(tick, "s")}</text>`;
}

function limitLine(y: number, condition: string, width: number): Html {
  return html`<line class="limit" x1="${LEFT}" x2="${width - RIGHT + 8}" y1="${at(y)}" y2="${at(y)}" />
    <text class="label limit-label" x="${LEFT + 4}" y="${at(y - 5)}">P95 target ${condition}</text>`;
}

function dots(runs: readonly RunRecord[], x: Scale, y: Scale): readonly Html[] {
  return runs.map((run, index) => {
    const place = `translate(${at(x(index))} ${at(y(p95Of(run)))})`;
    return html`<g transform="${place}">${MARKS[outcomeOf(run).tone]}<title>${runText(run)}</title></g>`;
  });
}

function ends(runs: readonly RunRecord[], width: number): Html {
  const y = BOTTOM + 22;
  return html`<text class="tick" x="${LEFT}" y="${y}">${timeText(runs[0]?.started_at ?? "")}</text>
    <text class="tick" x="${width - RIGHT + 8}" y="${y}" text-anchor="end"
      >${timeText(runs.at(-1)?.started_at ?? "")}</text
    >`;
}
