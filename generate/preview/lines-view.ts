/** Panels of lines and heatmaps: series on one grid of times, an axis with words. */
import { scaleLinear, type ScaleLinear } from "d3-scale";
import type { FieldDefaults, Panel } from "../dashboards/read.ts";
import { colorOf, paletteColor } from "./colors.ts";
import { formatted } from "./format.ts";
import type { Range, Series } from "./prometheus.ts";
import type { Axis, HeatCell, Line, View } from "./view.ts";

export interface Named {
  readonly name: string;
  readonly series: Series;
}

export interface Drawn {
  readonly panel: Panel;
  readonly range: Range;
  readonly marks: readonly number[];
}

const TICKS = 5;

export function linesView({ panel, range, marks }: Drawn, named: readonly Named[]): View {
  const { defaults } = panel.fieldConfig;
  const times = gridOf(range);
  const shown = named.map((one, index) => lineOf({ panel, times, now: range.end }, one, index));
  const sorted = legendSorted(panel) ? [...shown].sort((a, b) => lastOf(b) - lastOf(a)) : shown;
  const lines = stackedOn(defaults) ? stack(shown) : sorted;
  const bounds = lines.filter(({ dashed }) => !dashed || !stackedOn(defaults)).flatMap(({ values }) => values);
  return { kind: "lines", times, lines, axis: axisOf(bounds.filter(isNumber), defaults, range.end), marks };
}

function stackedOn({ custom = {} }: FieldDefaults): boolean {
  return (custom.stacking as { mode?: string } | undefined)?.mode === "normal";
}

function gridOf({ start, end, stepSeconds }: Range): readonly number[] {
  return Array.from({ length: Math.floor((end - start) / stepSeconds) + 1 }, (_, at) => start + at * stepSeconds);
}

const lastOf = ({ values }: Line): number => values.findLast(isNumber) ?? Number.NEGATIVE_INFINITY;

function legendSorted({ options = {} }: Panel): boolean {
  const { sortBy, sortDesc } = (options.legend ?? {}) as { readonly sortBy?: string; readonly sortDesc?: boolean };
  return sortBy === "Last *" && sortDesc === true;
}

const isNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);

interface Place {
  readonly panel: Panel;
  readonly times: readonly number[];
  readonly now: number;
}

function lineOf({ panel, times, now }: Place, { name, series }: Named, index: number): Line {
  const { defaults, overrides } = panel.fieldConfig;
  const byTime = new Map(series.points);
  const values = times.map((time) => byTime.get(time) ?? null);
  const own = overrides.filter(({ matcher }) => new RegExp(matcher.options.replaceAll("/", "")).test(name));
  const properties = new Map(own.flatMap((one) => one.properties.map(({ id, value }) => [id, value] as const)));
  const custom = defaults.custom ?? {};
  const fixed = (properties.get("color") as { fixedColor?: string } | undefined)?.fixedColor;
  const numbers = values.filter(isNumber);
  const said = (value: number | undefined): string =>
    value === undefined ? "" : formatted(value, defaults.unit ?? "short", { decimals: defaults.decimals, now });
  return {
    ...{ name, values, dashed: properties.has("custom.lineStyle") },
    color: fixed === undefined ? paletteColor(index) : colorOf(fixed),
    width: Number(properties.get("custom.lineWidth") ?? custom.lineWidth ?? 1),
    filled: !properties.has("custom.fillOpacity") && Number(custom.fillOpacity ?? 0) > 0,
    steps: custom.lineInterpolation === "stepAfter",
    pointSize: custom.showPoints === "always" ? Number(custom.pointSize) : 0,
    inLegend: (properties.get("custom.hideFrom") as { legend?: boolean } | undefined)?.legend !== true,
    ...{ last: said(numbers.at(-1)), max: said(numbers.length === 0 ? undefined : Math.max(...numbers)) },
  };
}

/** One on the other, in the order of the queries; dashed ones stand alone. */
function stack(lines: readonly Line[]): readonly Line[] {
  const below: number[] = [];
  return lines.map((line) => {
    if (line.dashed) return line;
    const values = line.values.map((value, at) => {
      if (value === null) return null;
      below[at] = (below[at] ?? 0) + value;
      return below[at];
    });
    return { ...line, values };
  });
}

function axisOf(values: readonly number[], defaults: FieldDefaults, now: number): Axis {
  const { min, max, unit = "short", decimals, custom = {} } = defaults;
  const softMin = typeof custom.axisSoftMin === "number" ? custom.axisSoftMin : Number.POSITIVE_INFINITY;
  const low = min ?? Math.min(softMin, ...values);
  const found = Math.max(...values, Number.NEGATIVE_INFINITY);
  const high = max ?? (found > low ? found : low + 1);
  const scale = scaleLinear([low, high], [0, 1]);
  if (max === undefined) scale.nice(TICKS);
  const ticks = ticksOf(scale, defaults).map((at) => [at, formatted(at, unit, { decimals, now })] as const);
  const [from = low, to = high] = scale.domain();
  return { min: from, max: to, ticks };
}

/** Bytes on powers of two; whole numbers where nothing between them is shown. */
function ticksOf(scale: ScaleLinear<number, number>, { unit, decimals }: FieldDefaults): readonly number[] {
  const [from = 0, to = 1] = scale.domain();
  if (unit === "bytes") {
    const step = 2 ** Math.ceil(Math.log2((to - from) / TICKS));
    return Array.from({ length: Math.floor(to / step) + 1 }, (_, at) => at * step);
  }
  const ticks = scale.ticks(TICKS);
  return decimals === 0 ? ticks.filter((at) => Number.isInteger(at)) : ticks;
}

export function heatmapView({ panel, range }: Drawn, named: readonly Named[]): View {
  const { unit = "short" } = panel.fieldConfig.defaults;
  const all = named.flatMap(({ series }) => series.buckets);
  const most = Math.max(...all.flatMap(([, buckets]) => buckets.map(({ count }) => count)), 0);
  const cells: readonly HeatCell[] = all.flatMap(([time, buckets]) =>
    buckets.map(({ from, to, count }) => ({ time, from, to, share: most === 0 ? 0 : count / most })),
  );
  const tops = cells.filter(({ share }) => share > 0).map(({ to }) => to);
  const axis = axisOf(tops, { unit, min: 0 }, range.end);
  return { kind: "heatmap", times: [range.start, range.end], axis, cells, stepSeconds: range.stepSeconds };
}
