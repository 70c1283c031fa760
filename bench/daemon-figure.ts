import { median } from "./statistics.ts";

export type Unit = "ms" | "MiB" | "%" | "count";

/** Something measured of the daemon, once or repeatedly; smaller is better. */
export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  /** In the unit; absent: told for the sake of the others. */
  readonly limit?: number;
}

/** What one part of the bench found. */
export interface DaemonFindings {
  readonly title: string;
  readonly text: string;
  readonly figures: readonly Figure[];
}

export const FIGURE_HEAD = ["", "Median", "Least to most", "n", "Wanted", ""] as const;

export function figureRow(figure: Figure): readonly string[] {
  const { what, unit, values, limit } = figure;
  const text = (value: number): string => valueText(value, unit);
  const range = values.length > 1 ? `${text(Math.min(...values))} to ${text(Math.max(...values))}` : "";
  return [
    limit === undefined ? what : `**${what}**`,
    text(median(values)),
    range,
    String(values.length),
    limit === undefined ? "" : `< ${text(limit)}`,
    limit === undefined ? "" : metBy(values, limit),
  ];
}

/** Met only if every repetition met it; what the middle one says is told apart. */
export function metBy(values: readonly number[], limit: number): string {
  if (values.length === 0 || values.some(Number.isNaN)) return "not measured";
  if (Math.max(...values) < limit) return "met";
  if (Math.min(...values) >= limit) return "missed";
  return median(values) < limit ? "met by the median" : "missed by the median";
}

function valueText(value: number, unit: Unit): string {
  if (unit === "count") return value.toFixed(0);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

/** The value below which `share` of all lie (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
