/** The picture of the latency distribution, drawn from exact quantiles. */
import { scaleLinear, scaleLog } from "d3-scale";
import { formatCount, formatValue, type Distribution, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { sharesOf } from "./histogram.ts";
import { at, figure, NARROW, placeInRows, svg, type Label, type Placed } from "./svg.ts";

const MARKS = [
  { measurement: "latency_p50", name: "P50" },
  { measurement: "latency_p95", name: "P95" },
  { measurement: "latency_p99", name: "P99" },
] as const;

/** From this ratio of slowest to fastest on, equal steps would squeeze most answers into a few bars. */
const LOG_FROM = 25;
/** A limit further away than this many times the slowest answer would squeeze the picture; it is told in words. */
const LIMIT_WITHIN = 3;
const ROW = 17;

interface Mark extends Label {
  readonly kind: "mark" | "limit";
  readonly value: number;
}

interface Axis {
  readonly log: boolean;
  readonly position: (value: number) => number;
  readonly ticks: readonly number[];
}

/** The histogram of the first trial's successful answers; undefined when nothing was answered. */
export function latencyFigure(record: RunRecord): Html | undefined {
  const latency = record.trials[0]?.facts?.latency;
  if (latency === undefined || latency.count === 0 || !(latency.max >= latency.min)) return undefined;
  const log = isLog(latency);
  const caption = [
    "The height of each bar is the share of successful answers in it, from the engine's exact quantiles;",
    `between two of the ${latency.quantiles.length} quantiles the shape is interpolated.`,
    log ? "The time axis is logarithmic." : "",
  ];
  return figure((width) => draw(record, latency, width), caption.filter((text) => text !== "").join(" "));
}

function isLog(latency: Distribution): boolean {
  return latency.min > 0 && latency.max / latency.min >= LOG_FROM;
}

interface Plot {
  readonly latency: Distribution;
  readonly axis: Axis;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

const LEFT = 38;
const RIGHT = 8;

function draw(record: RunRecord, latency: Distribution, width: number): Html {
  const narrow = width === NARROW;
  const limits = limitsOf(record).filter((limit) => limit.value <= latency.max * LIMIT_WITHIN);
  const marks = [...marksOf(record), ...limits];
  const axis = axisOf(latency, marks, narrow ? 4 : 8);
  const x = xOf(axis, width);
  const labels = marks.map((mark) => ({ ...mark, position: x(mark.value) }));
  const placed = placeInRows(labels, width - 4);
  const top = 10 + ROW * (1 + Math.max(0, ...placed.map((label) => label.row)));
  const bottom = top + (narrow ? 150 : 190);
  return svg({
    id: `latency-${width}`,
    width,
    height: bottom + 38,
    title: "Latency distribution",
    description: describe(record, latency),
    body: [barsOf({ latency, axis, width, top, bottom }), xAxis(axis, width, bottom), marksDrawn(placed, bottom)],
  });
}

function xOf(axis: Axis, width: number): (value: number) => number {
  return (value) => LEFT + axis.position(value) * (width - LEFT - RIGHT);
}

function barsOf({ latency, axis, width, top, bottom }: Plot): Html {
  const count = width === NARROW ? 44 : 88;
  const step = (width - LEFT - RIGHT) / count;
  const shares = sharesOf(latency, count, axis.position);
  const y = scaleLinear([0, Math.max(...shares) * 1.04], [bottom, top]);
  const bars = shares.map((share, bar) => {
    if (share === 0) return "";
    return html`<rect
      class="bar"
      x="${at(LEFT + bar * step)}"
      y="${at(y(share))}"
      width="${at(step - 1)}"
      height="${at(bottom - y(share))}"
    />`;
  });
  const right = width - RIGHT;
  const ticks = y.ticks(3).map((tick) => gridLine({ y: y(tick), left: LEFT, right, text: formatValue(tick, "ratio") }));
  return html`${ticks}${bars}`;
}

function xAxis(axis: Axis, width: number, bottom: number): Html {
  const x = xOf(axis, width);
  const right = width - RIGHT;
  return html`<line class="axis" x1="${LEFT}" x2="${right}" y1="${bottom}" y2="${bottom}" />
    ${axis.ticks.map((tick) => html`<text class="tick" x="${at(x(tick))}" y="${bottom + 16}" text-anchor="middle">${formatValue(tick, "s")}</text>`)}
    <text class="tick" x="${right}" y="${bottom + 33}" text-anchor="end"
      >time to the whole answer${axis.log ? ", logarithmic" : ""}</text
    >`;
}

function gridLine(line: {
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly text: string;
}): Html {
  return html`<line class="grid" x1="${line.left}" x2="${line.right}" y1="${at(line.y)}" y2="${at(line.y)}" />
    <text class="tick" x="${line.left - 5}" y="${at(line.y + 4)}" text-anchor="end">${line.text}</text>`;
}

/** All lines first: no label is crossed by the line of another. */
function marksDrawn(placed: readonly Placed<Mark>[], bottom: number): Html {
  const y = (mark: Placed<Mark>): number => 4 + ROW * (mark.row + 1);
  const lines = placed.map((mark) => {
    const x = at(mark.position);
    return html`<line class="${mark.kind}" x1="${x}" x2="${x}" y1="${y(mark) - 11}" y2="${bottom}" />`;
  });
  const texts = placed.map((mark) => {
    const x = at(mark.position + (mark.anchor === "start" ? 5 : -5));
    const className = `label ${mark.kind}-label`;
    return html`<text class="${className}" x="${x}" y="${y(mark)}" text-anchor="${mark.anchor}">${mark.text}</text>`;
  });
  return html`${lines}${texts}`;
}

function marksOf(record: RunRecord): readonly Mark[] {
  return MARKS.flatMap(({ measurement, name }) => {
    const measured = record.measurements[measurement];
    if (measured === undefined) return [];
    const text = `${name} ${formatValue(measured.value, measured.unit)}`;
    return [{ kind: "mark", value: measured.value, position: 0, text } as const];
  });
}

function limitsOf(record: RunRecord): readonly Mark[] {
  return record.objectives.flatMap((objective) => {
    const mark = MARKS.find((m) => m.measurement === objective.measurement);
    if (mark === undefined || !(objective.limit > 0)) return [];
    return [
      {
        kind: "limit",
        value: objective.limit,
        position: 0,
        text: `${mark.name} target ${objective.condition}`,
      } as const,
    ];
  });
}

function axisOf(latency: Distribution, marks: readonly Mark[], ticks: number): Axis {
  const values = [latency.max, ...marks.map((mark) => mark.value)];
  const high = Math.max(...values) || 1;
  if (isLog(latency)) {
    const low = Math.min(latency.min, ...marks.map((mark) => mark.value));
    const scale = scaleLog([low * 0.95, high * 1.05], [0, 1]);
    return { log: true, position: scale, ticks: logTicks(low * 0.95, high * 1.05, ticks) };
  }
  const scale = scaleLinear([0, high * 1.04], [0, 1]);
  return { log: false, position: scale, ticks: scale.ticks(ticks) };
}

/** 1-2-5 steps while they fit, else powers of ten. */
export function logTicks(low: number, high: number, most: number): readonly number[] {
  const powers = Array.from({ length: 24 }, (_, index) => index - 12);
  const inside = (steps: readonly number[]): number[] =>
    powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`))).filter((v) => v >= low && v <= high);
  const fine = inside([1, 2, 5]);
  const coarse = inside([1, 3]);
  if (fine.length <= most) return fine;
  return coarse.length <= most ? coarse : inside([1]);
}

function describe(record: RunRecord, latency: Distribution): string {
  const marks = marksOf(record).map((mark) => mark.text);
  const limits = limitsOf(record).map((limit) => limit.text);
  const range = `from ${formatValue(latency.min, "s")} to ${formatValue(latency.max, "s")}`;
  return `Histogram of ${formatCount(latency.count)} successful answers, ${range}. ${[...marks, ...limits].join(", ")}.`;
}
