import { reason, type Collector, type Reading, type SourceRead, type Unit } from "../model/index.ts";
import { fetchPage } from "./fetch-page.ts";
import { pageSource } from "./page-source.ts";
import { startMark, told } from "./readings.ts";
import { sumOf, typeOf, type TextPage } from "./text-format.ts";

const PROCESS_START = "process_start_time_seconds";
/** What belongs to a metric beside the name that its makers gave it. */
const ENDINGS = ["", "_total", "_sum", "_count", "_bucket"] as const;

/** Named metrics of the target's own page, such as LiteLLM's or vLLM's: each summed over its labels, of shares the mean. */
export const metricsCollector: Collector = {
  name: "metrics",
  open({ metrics }, signal) {
    if (metrics === undefined) return Promise.resolve(undefined);
    const names = new Set(metrics.names.flatMap((name) => ENDINGS.map((ending) => name + ending)));
    const wanted = (name: string): boolean => names.has(name) || name === PROCESS_START;
    const question = { what: "The target's metrics page", url: metrics.url, wanted };
    const read = (page: TextPage): SourceRead => readPage(page, metrics.names);
    return pageSource({ ask: (now) => fetchPage(question, now), read }, signal);
  },
};

function readPage(page: TextPage, names: readonly string[]): SourceRead {
  const readings = names.flatMap((name) => readingsOf(page, name));
  if (readings.length === 0) {
    const text = `The target's metrics page shows none of the metrics that are to be read there (${names.join(", ")}).`;
    return { problem: reason("collector_failed", text) };
  }
  // Of several processes on one page the newest.
  const starts = page.samples.filter(({ name, value }) => name === PROCESS_START && Number.isFinite(value));
  const started = starts.length === 0 ? undefined : Math.max(...starts.map(({ value }) => value));
  return { readings, marks: startMark("the target", started) };
}

function readingsOf(page: TextPage, name: string): readonly Reading[] {
  const type = typeOf(page, name);
  if (type === "histogram" || type === "summary") {
    const sum = { name: `${name}_sum`, title: `${name}, sum`, kind: "counter", unit: unitOf(name) } as const;
    const count = { name: `${name}_count`, title: `${name}, count`, kind: "counter", unit: "count" } as const;
    return [sum, count].flatMap((about) => told(about, sumOf(page.samples, about.name) ?? notYet(page, name)));
  }
  const isCounter = type === "counter" || (type === "untyped" && name.endsWith("_total"));
  if (!isCounter) {
    const about = { name, title: name, kind: "gauge", unit: unitOf(name), curve: { panel: name, line: "" } } as const;
    return told(about, SHARE.test(name) ? meanOf(page, name) : sumOf(page.samples, name));
  }
  const curve = { panel: `${name}, per second`, line: "" };
  const value = sumOf(page.samples, name) ?? sumOf(page.samples, `${name}_total`);
  // A counter with labels stands on the page by its type alone until it first counts.
  const counted = value ?? (type === "counter" ? notYet(page, name) : undefined);
  return told({ name, title: name, kind: "counter", unit: unitOf(name), curve }, counted);
}

/** 0 where nothing but the type stands on the page; undefined where something does that is no number. */
function notYet({ samples }: TextPage, name: string): 0 | undefined {
  return samples.some((sample) => ENDINGS.some((ending) => sample.name === name + ending)) ? undefined : 0;
}

/** Of the series that are numbers. */
function meanOf({ samples }: TextPage, name: string): number | undefined {
  const count = samples.filter((sample) => sample.name === name && Number.isFinite(sample.value)).length;
  const sum = sumOf(samples, name);
  return sum === undefined ? undefined : sum / count;
}

/** Names of shares, which several engines do not add up: vLLM's `kv_cache_usage_perc`, SGLang's `token_usage`. */
const SHARE = /(_ratio|_perc|_percent|_percentage|_pct|_usage|_util|_utilization|hit_rate)$/i;

/** By the ending that Prometheus' naming rules ask for: https://prometheus.io/docs/practices/naming/. */
function unitOf(name: string): Unit {
  const plain = name.replace(/_total$/, "");
  if (plain.endsWith("_seconds")) return "s";
  if (plain.endsWith("_bytes")) return "bytes";
  return plain.endsWith("_ratio") ? "ratio" : "count";
}
