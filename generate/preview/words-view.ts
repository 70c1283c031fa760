/** Panels of words: one number now, and states over time. */
import type { FieldDefaults, Panel } from "../dashboards/read.ts";
import { colorOf } from "./colors.ts";
import { formatted } from "./format.ts";
import type { Drawn, Named } from "./lines-view.ts";
import type { Cell, Part, View } from "./view.ts";

/** A value as the panel's (or column's) settings show it: by its word, else in its unit. */
export function cellOf(value: number, defaults: FieldDefaults, now: number): Cell {
  const mapped = (defaults.mappings ?? []).map(({ options }) => options[String(value)]).find((one) => one);
  if (mapped !== undefined) return { text: mapped.text, color: colorOf(mapped.color) };
  return { text: formatted(value, defaults.unit ?? "none", { decimals: defaults.decimals, now }) };
}

export function statView({ panel, range }: Drawn, named: readonly Named[]): View {
  const { defaults } = panel.fieldConfig;
  const { colorMode, textMode } = panel.options ?? {};
  const cells = named.flatMap(({ name, series }) => {
    const value = series.points.at(-1)?.[1];
    if (value === undefined) return [];
    const cell = cellOf(value, defaults, range.end);
    if (textMode === "name") return [{ name: "", text: name }];
    const color = cell.color ?? (colorMode === "value" ? thresholdColor(value, panel) : undefined);
    return [{ name: named.length > 1 ? name : "", ...cell, ...(color === undefined ? {} : { color }) }];
  });
  return cells.length === 0
    ? { kind: "empty", text: defaults.noValue ?? "No data" }
    : { kind: "stat", cells, filled: colorMode === "background" };
}

function thresholdColor(value: number, { fieldConfig }: Panel): string | undefined {
  const steps = fieldConfig.defaults.thresholds?.steps ?? [];
  const reached = steps.findLast((step) => step.value === null || value >= step.value);
  return reached === undefined ? undefined : colorOf(reached.color);
}

export function barsView({ panel, range }: Drawn, named: readonly Named[]): View {
  const values = named.map(({ series }) => series.points.at(-1)?.[1] ?? 0);
  const most = Math.max(...values, 1);
  const bars = named.map(({ name }, at) => {
    const value = values[at] ?? 0;
    const color = thresholdColor(value, panel) ?? "#73bf69";
    return { ...cellOf(value, panel.fieldConfig.defaults, range.end), name, color, share: value / most };
  });
  return { kind: "bars", bars };
}

export function timelineView({ panel, range }: Drawn, named: readonly Named[]): View {
  const rows = named.map(({ name, series }) => ({ name, parts: partsOf(series.points, panel, range) }));
  return { kind: "timeline", from: range.start, to: range.end, rows };
}

/** Equal neighbours are one part; a missing step is a gap. */
function partsOf(
  points: readonly (readonly [number, number])[],
  panel: Panel,
  { end, stepSeconds }: Drawn["range"],
): readonly Part[] {
  const parts: (Part & { value: number })[] = [];
  for (const [time, value] of points) {
    const last = parts.at(-1);
    const to = Math.min(time + stepSeconds, end);
    if (last?.to === time && last.value === value) parts[parts.length - 1] = { ...last, to };
    else parts.push({ ...cellOf(value, panel.fieldConfig.defaults, end), value, from: time, to });
  }
  return parts;
}
