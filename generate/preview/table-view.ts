/** Tables: the transformations that Grafana makes of instant answers (merge, filterFieldsByName, organize), and the columns' own settings. */
import type { FieldDefaults, Panel, Property } from "../dashboards/read.ts";
import type { Drawn } from "./lines-view.ts";
import type { Series } from "./prometheus.ts";
import type { Cell, View } from "./view.ts";
import { cellOf } from "./words-view.ts";

type Field = string | number;
type Row = Readonly<Record<string, Field>>;

interface Organize {
  readonly indexByName: Readonly<Record<string, number>>;
  readonly renameByName: Readonly<Record<string, string>>;
}

/** `answers` by the letter of their query. */
export function tableView({ panel, range }: Drawn, answers: readonly (readonly [string, readonly Series[]])[]): View {
  const frames = answers
    .map(([refId, series]) => series.map((one) => rowOf(one, answers.length === 1 ? "Value" : `Value #${refId}`)))
    .filter((rows) => rows.length > 0);
  const organize = (panel.transformations ?? []).find(({ id }) => id === "organize")?.options as Organize | undefined;
  if (organize === undefined) throw new Error(`${panel.title}: a table without the transformation organize.`);
  const rows = merge(frames);
  if (rows.length === 0) return { kind: "empty", text: panel.fieldConfig.defaults.noValue ?? "No data" };
  const names = Object.entries(organize.indexByName).sort(([, a], [, b]) => a - b);
  const columns = names
    .map(([field]) => ({ field, title: organize.renameByName[field] ?? field }))
    .map((column) => ({ ...column, settings: settingsOf(panel, column.title) }))
    .filter(({ settings, field }) => settings.get("custom.hidden") !== true && rows.some((row) => field in row));
  const sorted = sortRows(rows, panel, organize);
  return {
    kind: "table",
    columns: columns.map(({ title, settings, field }) => ({
      ...{ title, number: rows.some((row) => typeof row[field] === "number") && !settings.has("mappings") },
      ...(typeof settings.get("custom.width") === "number" ? { width: Number(settings.get("custom.width")) } : {}),
    })),
    rows: sorted.map((row) =>
      columns.map(({ field, settings }) => shown(row[field], { panel, settings, now: range.end })),
    ),
  };
}

function rowOf({ metric, points }: Series, valueName: string): Row {
  const value = points.at(-1)?.[1];
  return { ...metric, ...(value === undefined ? {} : { [valueName]: value }) };
}

/** As Grafana's merge: rows with equal values in the fields that all answers have, and no different one in any other. */
function merge(frames: readonly (readonly Row[])[]): readonly Row[] {
  const fields = frames.map((rows) => new Set(rows.flatMap((row) => Object.keys(row))));
  const shared = [...(fields[0] ?? [])].filter((name) => fields.every((own) => own.has(name)));
  const merged: Record<string, Field>[] = [];
  for (const row of frames.flat()) {
    const fits = merged.find(
      (other) =>
        shared.every((name) => other[name] === row[name]) &&
        Object.keys(row).every((name) => !(name in other) || other[name] === row[name]),
    );
    if (fits === undefined) merged.push({ ...row });
    else Object.assign(fits, row);
  }
  return merged;
}

function sortRows(rows: readonly Row[], panel: Panel, { renameByName }: Organize): readonly Row[] {
  const sortBy = (panel.options?.sortBy ?? []) as readonly { readonly displayName: string; readonly desc: boolean }[];
  const keys = sortBy.map(({ displayName, desc }) => ({
    field: Object.entries(renameByName).find(([, title]) => title === displayName)?.[0] ?? displayName,
    sign: desc ? -1 : 1,
  }));
  return [...rows].sort((a, b) => {
    for (const { field, sign } of keys) {
      const order = compare(a[field], b[field]);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

function compare(a: Field | undefined, b: Field | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""));
}

type Settings = ReadonlyMap<string, unknown>;

function settingsOf({ fieldConfig }: Panel, title: string): Settings {
  const own: readonly Property[] = fieldConfig.overrides
    .filter(({ matcher }) => matcher.id === "byName" && matcher.options === title)
    .flatMap(({ properties }) => properties);
  return new Map(own.map(({ id, value }) => [id, value]));
}

interface Shown {
  readonly panel: Panel;
  readonly settings: Settings;
  readonly now: number;
}

function shown(value: Field | undefined, { panel, settings, now }: Shown): Cell {
  const defaults: FieldDefaults = { ...panel.fieldConfig.defaults, ...Object.fromEntries(settings) };
  const linked = settings.has("links") ? { linked: true } : {};
  // What Grafana puts in the place of what is not there, also in a cell.
  if (value === undefined) return { text: defaults.noValue ?? "" };
  if (typeof value === "string") return { text: value, ...linked };
  return { ...cellOf(value, defaults, now), ...linked };
}
