/**
 * Prometheus' text format 0.0.4, and as much of OpenMetrics 1.0 as pages that say so need:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Own code: the one package for it gives every value as
 * text and has had no release since 2020 (docs/decisions/0080-what-collectors-read.md).
 */

export type MetricType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

export interface TextSample {
  /** As it stands there: of a histogram with `_bucket`, `_sum` or `_count`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
  /** Milliseconds since 1970-01-01 UTC, where the page tells it. */
  readonly at?: number;
}

export interface TextPage {
  /** By family: of a histogram without `_bucket`, `_sum` or `_count`. */
  readonly types: ReadonlyMap<string, MetricType>;
  readonly samples: readonly TextSample[];
}

const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*\s*=\s*"(?:[^"\\]|\\.)*"`;
const SAMPLE = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{[ \t]*((?:${LABEL}[ \t]*,?[ \t]*)*)\})?[ \t]*(\S+)(?:[ \t]+(-?[\d.eE+-]+))?[ \t]*(?:# .*)?$`,
);
const LABELS = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"/g;
const TYPES = new Set<string>(["counter", "gauge", "histogram", "summary", "untyped"]);

/**
 * Samples of the families and names that are `wanted`; others are passed over without being looked into, since a page
 * of node_exporter has a thousand lines and twenty of them matter. Undefined when not one line is of this format.
 */
export function parseTextFormat(text: string, wanted: (name: string) => boolean): TextPage | undefined {
  const types = new Map<string, MetricType>();
  const samples: TextSample[] = [];
  let known = 0;
  const seconds = text.trimEnd().endsWith("# EOF");
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) {
      const [, name, type = ""] = /^#[ \t]+TYPE[ \t]+(\S+)[ \t]+(\S+)/.exec(line) ?? [];
      if (name !== undefined) types.set(name, TYPES.has(type) ? (type as MetricType) : "untyped");
      if (/^#[ \t]+(TYPE|HELP)[ \t]/.test(line)) known += 1;
      continue;
    }
    const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
    if (name === undefined || !wanted(name)) continue;
    const sample = sampleOf(line, seconds ? 1_000 : 1);
    if (sample === undefined) continue;
    known += 1;
    samples.push(sample);
  }
  return known === 0 ? undefined : { types, samples };
}

/** @param toMs from the unit of the page's timestamps: OpenMetrics has seconds. */
function sampleOf(line: string, toMs: number): TextSample | undefined {
  const [, name, labels = "", written = "", at] = SAMPLE.exec(line.trimEnd()) ?? [];
  const value = numberOf(written);
  if (name === undefined || value === undefined) return undefined;
  const pairs = [...labels.matchAll(LABELS)].map(([, key = "", text = ""]) => [key, unescaped(text)] as const);
  const time = at === undefined ? undefined : Number(at) * toMs;
  return {
    ...{ name, labels: Object.fromEntries(pairs), value },
    ...(time === undefined || !Number.isFinite(time) ? {} : { at: time }),
  };
}

/** Go's ParseFloat, as far as exporters write it. */
function numberOf(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

/** The type that the page gives to a sample's family. */
export function typeOf({ types }: TextPage, name: string): MetricType {
  const family = name.replace(/_(bucket|sum|count|total)$/, "");
  return types.get(name) ?? types.get(family) ?? "untyped";
}

/** Sum over the samples of this name that fit; undefined, not 0, where there is none. */
export function sumOf(
  samples: readonly TextSample[],
  name: string,
  fits: (labels: TextSample["labels"]) => boolean = () => true,
): number | undefined {
  const found = samples.filter(
    (sample) => sample.name === name && fits(sample.labels) && Number.isFinite(sample.value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}
