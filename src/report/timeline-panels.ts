/** The four pictures of a timeline; each gets the shared frame and its own stripe of it. */
import { scaleLinear, scaleLog, type ScaleLinear } from "d3-scale";
import { area, curveStepBefore, line } from "d3-shape";
import { formatValue, type RunRecord, type Unit } from "../model/index.ts";
import { logTicks } from "./chart-latency.ts";
import type { Bucket } from "./downsample.ts";
import { html, type Html } from "./html.ts";
import { at, spreadLabels } from "./svg.ts";

export interface Frame {
  readonly x: ScaleLinear<number, number>;
  readonly left: number;
  readonly right: number;
  readonly width: number;
}

/** With the load that is drawn in it. */
export interface LoadFrame extends Frame {
  readonly buckets: readonly Bucket[];
  readonly record: RunRecord;
}

/** Top and bottom of a panel. */
export type Stripe = readonly [number, number];
type Y = (value: number) => number;

/** From this ratio of highest to lowest percentile on, the latency panel is logarithmic. */
const LOG_FROM = 20;
const QUANTILES = ["p50", "p95", "p99"] as const;

export function usersPanel(frame: LoadFrame, stripe: Stripe): Html {
  const y = linear(stripe, Math.max(1, ...frame.buckets.map((b) => b.users)));
  // One point more at the beginning: a step reaches back to the start of its bucket.
  const steps = [
    ...frame.buckets.slice(0, 1).map((b) => [b.from, b.users] as const),
    ...frame.buckets.map((b) => [b.to, b.users] as const),
  ];
  const shape = area<readonly [number, number]>(
    ([t]) => frame.x(t),
    stripe[1],
    ([, users]) => y(users),
  )
    .curve(curveStepBefore)
    .digits(1);
  return html`${panel(frame, stripe, "Users")}${grid(frame, y, ticksOf(y, 2, "count"))}<path
      class="users"
      d="${shape(steps) ?? ""}"
    />`;
}

export function requestsPanel(frame: LoadFrame, stripe: Stripe): Html {
  const y = linear(stripe, Math.max(1, ...frame.buckets.map((b) => b.perSecond.high)));
  const middle = middleOf(frame);
  const band = area<Bucket>(
    middle,
    (b) => y(b.perSecond.low),
    (b) => y(b.perSecond.high),
  ).digits(1);
  const mean = line<Bucket>(middle, (b) => y(b.perSecond.mean)).digits(1);
  return html`${panel(frame, stripe, "Requests per second")}${grid(frame, y, ticksOf(y, 3, "count"))}
    <path class="band" d="${band(frame.buckets) ?? ""}" /><path class="rate" d="${mean(frame.buckets) ?? ""}" />`;
}

export function errorsPanel(frame: LoadFrame, stripe: Stripe): Html {
  const limit = frame.record.objectives.find((o) => o.measurement === "error_rate");
  const highest = Math.max(0, ...frame.buckets.map((b) => b.errorRatio));
  const y = linear(stripe, Math.max(0.005, highest * 1.1, (limit?.limit ?? 0) * 1.25));
  const bars = frame.buckets
    .filter((b) => b.errorRatio > 0)
    .map((b) => {
      const from = frame.x(b.from);
      return html`<rect
        class="errors"
        x="${at(from)}"
        y="${at(y(b.errorRatio))}"
        width="${at(Math.max(1, frame.x(b.to) - from))}"
        height="${at(stripe[1] - y(b.errorRatio))}"
      />`;
    });
  const lines = limit === undefined ? "" : limitLine(frame, y(limit.limit), `target ${limit.condition}`);
  return html`${panel(frame, stripe, "Failed requests")}${grid(frame, y, ticksOf(y, 2, "ratio"))}${bars}${lines}`;
}

export function latencyPanel(frame: LoadFrame, stripe: Stripe): Html {
  const limits = frame.record.objectives.filter(
    (o) => o.measurement === "latency_p95" || o.measurement === "latency_p99",
  );
  const values = frame.buckets.flatMap((b) =>
    b.latency === undefined ? [] : QUANTILES.map((q) => b.latency?.[q] ?? 0),
  );
  const high = Math.max(0.001, ...values, ...limits.map((o) => o.limit)) * 1.06;
  const low = Math.min(high, ...values, ...limits.map((o) => o.limit));
  const log = low > 0 && high / low >= LOG_FROM;
  const [top, bottom] = stripe;
  const y: Y = log ? scaleLog([low * 0.9, high], [bottom, top]) : scaleLinear([0, high], [bottom, top]);
  const values4 = log ? logTicks(low * 0.9, high, 6) : scaleLinear([0, high], [0, 1]).ticks(4);
  const ticks = values4.map((tick) => [tick, formatValue(tick, "s")] as const);
  const words = limits.map((o) =>
    limitLine(frame, y(o.limit), `${o.measurement.slice(-3).toUpperCase()} target ${o.condition}`),
  );
  return html`${panel(frame, stripe, `Latency${log ? ", logarithmic" : ""}`)}${grid(frame, y, ticks)}${quantileLines(frame, y, stripe)}${words}`;
}

function quantileLines(frame: LoadFrame, y: Y, stripe: Stripe): Html {
  const middle = middleOf(frame);
  const lines = QUANTILES.map((q) => {
    // A period without answers is a gap: no line is drawn where nothing is known.
    const shape = line<Bucket>(middle, (b) => y(b.latency?.[q] ?? 1))
      .defined((b) => b.latency !== undefined)
      .digits(1);
    return html`<path class="q ${q}" d="${shape(frame.buckets) ?? ""}" />`;
  });
  const last = frame.buckets.findLast((b) => b.latency !== undefined)?.latency;
  const ends = QUANTILES.map((q) => ({ text: q.toUpperCase(), position: last === undefined ? 0 : y(last[q]) }));
  const labels = spreadLabels(ends, 14, [stripe[0] + 5, stripe[1] - 3]);
  return html`${lines}${last !== undefined && labels.map((label) => html`<text class="label ${label.text.toLowerCase()}-label" x="${frame.right + 4}" y="${at(label.position + 4)}">${label.text}</text>`)}`;
}

function middleOf(frame: LoadFrame): (bucket: Bucket) => number {
  return (bucket) => frame.x((bucket.from + bucket.to) / 2);
}

interface LinearY extends Y {
  readonly ticks: (count: number) => number[];
}

function linear([top, bottom]: Stripe, high: number): LinearY {
  return scaleLinear([0, high], [bottom, top]).nice(3);
}

function ticksOf(y: LinearY, count: number, unit: Unit): readonly (readonly [number, string])[] {
  return y.ticks(count).map((tick) => [tick, formatValue(tick, unit)] as const);
}

function panel(frame: Frame, [top, bottom]: Stripe, title: string): Html {
  return html`<text class="panel" x="${frame.left}" y="${top - 9}">${title}</text
    ><line class="axis" x1="${frame.left}" x2="${frame.right}" y1="${bottom}" y2="${bottom}" />`;
}

function grid(frame: Frame, y: Y, ticks: readonly (readonly [number, string])[]): Html {
  return html`${ticks.map(
    ([value, text]) =>
      html`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${at(y(value))}" y2="${at(y(value))}" />
        <text class="tick" x="${frame.left - 5}" y="${at(y(value) + 4)}" text-anchor="end">${text}</text>`,
  )}`;
}

function limitLine(frame: Frame, y: number, text: string): Html {
  return html`<line class="limit" x1="${frame.left}" x2="${frame.right}" y1="${at(y)}" y2="${at(y)}" />
    <text class="label limit-label" x="${frame.right - 4}" y="${at(y - 4)}" text-anchor="end">${text}</text>`;
}
