/** A scenario's P95 over its recent runs, small enough for a row: line, limit, and a mark for each run's result. */
import { line } from "d3-shape";
import { formatLimit, formatValue, type RunSummary } from "../model/index.ts";
import { html, trusted, type Html } from "./html.ts";
import { MARKS } from "./marks.ts";
import { at } from "./svg.ts";
import { outcomeOf, timeText } from "./words.ts";

const MOST_RUNS = 20;
const [WIDTH, HEIGHT, PAD] = [176, 56, 7] as const;

const CROSS = trusted('<path class="miss" d="M-2.5-2.5 2.5 2.5M2.5-2.5-2.5 2.5"/>');

interface Point {
  readonly run: RunSummary;
  readonly x: number;
  /** Undefined where the run has no P95 that counts. */
  readonly value: number | undefined;
}

/** `recent` oldest first; undefined below two that have a P95. `limitSeconds`: its objective, if it has one. */
export function sparkline(recent: readonly RunSummary[], limitSeconds: number | undefined): Html | undefined {
  const shown = recent.slice(-MOST_RUNS);
  const points = shown.map((run, index) => ({ run, x: xOf(index, shown.length), value: p95Of(run) }));
  const values = points.flatMap((point) => point.value ?? []);
  if (values.length < 2) return undefined;
  const top = Math.max(...values, limitSeconds ?? 0) || 1;
  const y = (value: number): number => HEIGHT - PAD - (value / top) * (HEIGHT - 2 * PAD);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${describe(points, limitSeconds)}">
    <line class="axis" x1="0" x2="${WIDTH}" y1="${at(y(0))}" y2="${at(y(0))}" />
    ${limitSeconds !== undefined && html`<line class="limit" x1="0" x2="${WIDTH}" y1="${at(y(limitSeconds))}" y2="${at(y(limitSeconds))}" />`}
    <path class="trend" d="${pathOf(points, y)}" />
    ${points.map((point) => markOf(point, y))}
  </svg>`;
}

/** The runs stand right, so that the newest of every scenario is at the same place. */
function xOf(index: number, count: number): number {
  const step = (WIDTH - 2 * PAD) / (MOST_RUNS - 1);
  const wide = Math.min((WIDTH - 2 * PAD) / (count - 1), step * 2);
  return WIDTH - PAD - (count - 1 - index) * wide;
}

/** Numbers of a run that did not end well are not part of a trend. */
function p95Of(run: RunSummary): number | undefined {
  return run.state === "finished" ? run.measurements.latency_p95?.value : undefined;
}

function pathOf(points: readonly Point[], y: (value: number) => number): string {
  const path = line<Point>(
    (point) => point.x,
    (point) => y(point.value ?? 0),
  )
    .defined((point) => point.value !== undefined)
    .digits(1);
  return path(points) ?? "";
}

/** A run without a P95 leaves a gap in the line and a cross below it. What did not pass says when it was. */
function markOf({ run, x, value }: Point, y: (value: number) => number): Html {
  const { tone } = outcomeOf(run);
  const when = run.started_at ?? run.queued_at ?? run.id;
  const title = tone !== "pass" && html`<title>${timeText(when)}: ${runText({ run, x, value })}</title>`;
  if (value === undefined) {
    return html`<g transform="translate(${at(x)} ${HEIGHT - 4})">${CROSS}${title}</g>`;
  }
  return html`<g transform="translate(${at(x)} ${at(y(value))}) scale(.7)">${MARKS[tone]}${title}</g>`;
}

function runText({ run, value }: Point): string {
  const measured = value === undefined ? "not measured" : formatValue(value, "s");
  return `${measured} ${outcomeOf(run).word.toLowerCase()}`;
}

function describe(points: readonly Point[], limitSeconds: number | undefined): string {
  const limit = limitSeconds === undefined ? "" : `, objective ${formatLimit(limitSeconds, "s")}`;
  const runs = `the last ${points.length} runs, oldest first`;
  return `P95 of ${runs}${limit}: ${points.map(runText).join("; ")}`;
}
