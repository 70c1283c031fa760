import { reason, type Collector, type Reading, type SourceRead, type Unit } from "../model/index.ts";
import { fetchPage } from "./fetch-page.ts";
import { pageSource } from "./page-source.ts";
import { told } from "./readings.ts";
import { sumOf, typeOf, type TextPage } from "./text-format.ts";

const PROCESS_START = "process_start_time_seconds";
/** What belongs to a metric beside the name that its makers gave it. */
const ENDINGS = ["", "_total", "_sum", "_count"] as const;

/** Named metrics of the target's own page, such as LiteLLM's or vLLM's: each summed over its labels. */
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
  const started = sumOf(page.samples, PROCESS_START);
  return { readings, marks: started === undefined ? [] : [{ what: "the target", mark: String(started) }] };
}

function readingsOf(page: TextPage, name: string): readonly Reading[] {
  const type = typeOf(page, name);
  if (type === "histogram" || type === "summary") {
    return [
      ...told(
        { name: `${name}_sum`, title: `${name}, sum`, kind: "counter", unit: unitOf(name) },
        whole(page, `${name}_sum`),
      ),
      ...told(
        { name: `${name}_count`, title: `${name}, count`, kind: "counter", unit: "count" },
        whole(page, `${name}_count`),
      ),
    ];
  }
  const isCounter = type === "counter" || (type === "untyped" && name.endsWith("_total"));
  const value = sumOf(page.samples, name) ?? sumOf(page.samples, `${name}_total`);
  // A counter with labels stands on the page by its type alone until it first counts.
  const counted = value ?? (type === "counter" ? 0 : undefined);
  const curve = isCounter ? { panel: `${name}, per second`, line: "" } : { panel: name, line: "" };
  const kind = isCounter ? "counter" : "gauge";
  return told({ name, title: name, kind, unit: unitOf(name), curve }, isCounter ? counted : value);
}

function whole(page: TextPage, name: string): number {
  return sumOf(page.samples, name) ?? 0;
}

/** By the ending that Prometheus' naming rules ask for: https://prometheus.io/docs/practices/naming/. */
function unitOf(name: string): Unit {
  const plain = name.replace(/_total$/, "");
  if (plain.endsWith("_seconds")) return "s";
  if (plain.endsWith("_bytes")) return "bytes";
  return plain.endsWith("_ratio") ? "ratio" : "count";
}
