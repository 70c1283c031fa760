/** The target's system under the load: one small picture for each kind of curve, on the timeline's own axis. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { formatValue, type ResourceSeries, type Unit } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { at } from "./svg.ts";
import type { Frame, Stripe } from "./timeline-panels.ts";

type Series = ResourceSeries["series"][number];
type Point = readonly [number, number];

/** Most lines that can be told apart, and most pictures that a page can bear. */
const LINES = ["p95", "p50", "p99"] as const;
const MOST_PANELS = 10;
/** Without a reading for so long, and for three times the usual pace, a line is broken. */
const LONGEST_STEP_SECONDS = 5;

export type PanelPainter = (frame: Frame, stripe: Stripe) => Html;

/** One painter for each panel that the curves name, in their order. */
export function resourcePanels(series: Pick<ResourceSeries, "series"> | undefined): readonly PanelPainter[] {
  const byPanel = new Map<string, Series[]>();
  for (const one of series?.series ?? []) byPanel.set(one.panel, [...(byPanel.get(one.panel) ?? []), one]);
  return [...byPanel].slice(0, MOST_PANELS).map(([title, lines]) => painterOf(title, lines.slice(0, LINES.length)));
}

function painterOf(title: string, lines: readonly Series[]): PanelPainter {
  return (frame, stripe) => {
    const end = frame.x.domain()[1] ?? 0;
    const shown = lines.map((one) => ({ ...one, points: thinned(one.points, end, mostPoints(frame)) }));
    const highest = Math.max(0, ...shown.flatMap(({ points }) => points.map(([, value]) => value)));
    const scale = scaleOf(lines[0]?.unit ?? "count", highest);
    const [top, bottom] = stripe;
    const y = scaleLinear([0, Math.max(highest / scale.divisor, scale.least)], [bottom, top]).nice(2);
    const ticks = y.ticks(2).map((tick) => [y(tick), scale.text(tick)] as const);
    const paths = shown.map(({ points }, index) => {
      const draw = line<Point | undefined>(
        (point) => frame.x(point?.[0] ?? 0),
        (point) => y((point?.[1] ?? 0) / scale.divisor),
      ).defined((point) => point !== undefined);
      return html`<path class="q ${LINES[index]} system" d="${draw.digits(1)(withGaps(points)) ?? ""}" />`;
    });
    return html`${head(frame, stripe, { title: `${title}${scale.suffix}`, lines })}${ticks.map(
      ([position, text]) =>
        html`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${at(position)}" y2="${at(position)}" />
          <text class="tick" x="${frame.left - 5}" y="${at(position + 4)}" text-anchor="end">${text}</text>`,
    )}${paths}`;
  };
}

function mostPoints(frame: Frame): number {
  return frame.width > 500 ? 260 : 110;
}

/** Title and, where there is more than one line, what each is: by colour, width and dashes. */
function head(
  frame: Frame,
  [top, bottom]: Stripe,
  { title, lines }: { readonly title: string; readonly lines: readonly Series[] },
): Html {
  const names = lines.map(
    ({ line: name }, index) => html`<tspan class="${LINES[index]}-label" dx="${index === 0 ? 8 : 6}">${name}</tspan>`,
  );
  return html`<text class="panel" x="${frame.left}" y="${top - 9}">${title}${names}</text
    ><line class="axis" x1="${frame.left}" x2="${frame.right}" y1="${bottom}" y2="${bottom}" />`;
}

interface Scale {
  readonly divisor: number;
  /** Of the axis, in the printed unit, so that nothing at all is no full picture. */
  readonly least: number;
  readonly suffix: string;
  readonly text: (value: number) => string;
}

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** One unit for a whole axis, named in the title: it leaves the numbers short. */
function scaleOf(unit: Unit, highest: number): Scale {
  const plain = (value: number): string => formatValue(value, "count");
  if (unit === "bytes" || unit === "bytes/s") {
    const step = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, highest)) / 10)));
    const suffix = `, ${BYTES[step] ?? "B"}${unit === "bytes/s" ? "/s" : ""}`;
    return { divisor: 1024 ** step, least: 1, suffix, text: plain };
  }
  if (unit === "ratio" || unit === "s")
    return { divisor: 1, least: 0.001, suffix: "", text: (value) => formatValue(value, unit) };
  return { divisor: 1, least: unit === "cores" ? 0.1 : 1, suffix: "", text: plain };
}

/** Inside the picture, and no more than it can show: of several the highest is kept. */
function thinned(points: readonly Point[], end: number, most: number): readonly Point[] {
  const inside = points.filter(([time]) => time <= end);
  const size = Math.max(1, Math.ceil(inside.length / most));
  return Array.from({ length: Math.ceil(inside.length / size) }, (_, index) => {
    const some = inside.slice(index * size, (index + 1) * size);
    return some.reduce((a, b) => (b[1] > a[1] ? b : a));
  });
}

/** Nothing is drawn where nothing was read. */
function withGaps(points: readonly Point[]): readonly (Point | undefined)[] {
  const steps = points.slice(1).map(([time], index) => time - (points[index]?.[0] ?? time));
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const longest = Math.max(LONGEST_STEP_SECONDS, 3 * usual);
  return points.flatMap((point, index) => ((steps[index - 1] ?? 0) > longest ? [undefined, point] : [point]));
}
