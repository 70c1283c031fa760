/** Reads generated dashboards as Grafana would: variables, panels, queries. For tests and for pictures. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly interval?: string;
  readonly format?: string;
  readonly legendFormat?: string;
  readonly datasource: { readonly uid: string };
}

export interface Property {
  readonly id: string;
  readonly value: unknown;
}

/** The parts of a panel's own field settings that are read here. */
export interface FieldDefaults {
  readonly unit?: string;
  readonly noValue?: string;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly mappings?: readonly Mapping[];
  readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
  readonly color?: { readonly mode: string };
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface Mapping {
  readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly libraryPanel?: unknown;
  readonly targets?: readonly Target[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[];
  readonly fieldConfig: {
    readonly defaults: FieldDefaults;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly Property[];
    }[];
  };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly hide?: number;
  readonly multi: boolean;
  readonly allValue?: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly time: { readonly from: string; readonly to: string };
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly expr: string;
      readonly useValueForTime: boolean;
      readonly enable: boolean;
    }[];
  };
}

/** Every dashboard of a folder. */
export function readDashboards(folder: string): readonly Dashboard[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Dashboard);
}

/** Panels that show data. */
export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return dashboard.panels.filter(({ type }) => type !== "row");
}

/** What Grafana asks Prometheus by itself for a variable: the text of `label_values(...)`, taken apart. */
export function labelValues({ query, name }: Variable): { readonly series: string; readonly label: string } {
  const text = typeof query === "string" ? query : query.query;
  const [, series, label] = /^label_values\((.+),\s*(\w+)\)$/.exec(text) ?? [];
  if (series === undefined || label === undefined) throw new Error(`${name}: not label_values: ${text}`);
  return { series, label };
}

/** A text with Grafana's variables put in. */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = {
    __rate_interval: "20s",
    __interval: "5s",
    __range: "300s",
    ...values,
  };
  return text.replace(/\$(?:\{(\w+)\}|([a-z_]\w*))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? "";
    const value = all[name];
    if (value === undefined) throw new Error(`No variable ${whole} in ${text}`);
    return value;
  });
}
