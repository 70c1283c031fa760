/** Reads generated dashboards as Grafana would: variables, panels, queries; and asks a Prometheus their questions. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./k6.ts";

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly interval?: string;
  readonly datasource: { readonly uid: string };
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
  readonly fieldConfig: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
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
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr: string; readonly useValueForTime: boolean }[];
  };
}

const FOLDER = join(ROOT, "grafana/dashboards");

/** Every committed dashboard. */
export function dashboards(): readonly Dashboard[] {
  return readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Dashboard);
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
