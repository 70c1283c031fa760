/** Tables: a row for each combination of labels, a column for each query. */
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import { TableCellHeight, TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { described, TableBuilder, type PanelSpec } from "./panel.ts";
import type { PanelLink } from "./links.ts";
import type { Query } from "./query.ts";
import { mappingsOf, type Words } from "./words.ts";

/** A column: of a label of the queries, or of the value of a query of its own. */
export interface Column {
  readonly name: string;
  readonly label?: string;
  readonly query?: Query;
  readonly unit?: string;
  readonly decimals?: number;
  /** Its values are numbers that stand for words. */
  readonly words?: Words;
  /** Where a click on a cell leads. */
  readonly link?: PanelLink;
  /** Kept for links of other columns, not shown. */
  readonly hidden?: boolean;
  readonly width?: number;
}

export interface TableSpec extends Omit<PanelSpec, "queries" | "words"> {
  readonly columns: readonly Column[];
  /** Names of columns, the first decides first. */
  readonly sortBy: readonly string[];
}

/** Queries of a table are instant and joined where all their labels agree; other labels are left out. */
export function table(spec: TableSpec): TableBuilder {
  const { columns, sortBy, ...rest } = spec;
  const asked = columns.filter(({ query }) => query !== undefined);
  const queries = columns.flatMap(({ query }) => (query === undefined ? [] : [{ ...query, as: "table" as const }]));
  const builder = described(new TableBuilder(), { ...rest, queries })
    .filterable(true)
    .cellHeight(TableCellHeight.Sm)
    .sortBy(sortBy.map((name) => new TableSortByFieldStateBuilder().displayName(name).desc(false)))
    .transformations(arranged(columns, asked));
  for (const column of columns) {
    const properties = propertiesOf(column);
    if (properties.length > 0) builder.overrideByName(column.name, properties);
  }
  return builder;
}

function arranged(columns: readonly Column[], asked: readonly Column[]): { id: string; options: object }[] {
  const fieldOf = (column: Column): string =>
    column.label ?? (asked.length === 1 ? "Value" : `Value #${refIdOf(asked.indexOf(column))}`);
  const names = columns.map((column) => [fieldOf(column), column.name] as const);
  return [
    { id: "merge", options: {} },
    // Only what is named: a label that a newer daemon adds does not change the table.
    { id: "filterFieldsByName", options: { include: { names: names.map(([field]) => field) } } },
    {
      id: "organize",
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(names),
      },
    },
  ];
}

function propertiesOf({ unit, decimals, words, link, hidden, width }: Column): DynamicConfigValue[] {
  return [
    // Grafana puts the panel's words for "no data" into every cell that is empty.
    { id: "noValue", value: "–" },
    ...(unit === undefined ? [] : [{ id: "unit", value: unit }]),
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(words === undefined
      ? []
      : [
          { id: "mappings", value: mappingsOf(words) },
          { id: "custom.cellOptions", value: { type: "color-text" } },
        ]),
    ...(link === undefined ? [] : [{ id: "links", value: [{ ...link, targetBlank: true }] }]),
    ...(hidden === true
      ? [
          { id: "custom.hidden", value: true },
          { id: "custom.hideFrom", value: { viz: true } },
        ]
      : []),
    ...(width === undefined ? [] : [{ id: "custom.width", value: width }]),
  ];
}

/** A, B, C ...: as Grafana names queries. */
export function refIdOf(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
