import { Counter, Gauge, Registry } from "prom-client";
import type { Samples } from "./samples.ts";

/** Exactly this: Prometheus 3 refuses a page of another type. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Gauges and counters as text, from a registry of their own: what is not among the samples cannot linger, and a page
 * that is being written is never changed under its writer.
 */
export async function textOf(samples: Samples): Promise<string> {
  const registry = new Registry();
  for (const [metric, values] of samples.entries()) {
    const { name, help, labels } = metric;
    const shape = { name, help, labelNames: labels, registers: [registry] };
    if (metric.type === "counter") {
      const counter = new Counter(shape);
      for (const { labels, value } of values) counter.inc(labels, value);
    } else {
      const gauge = new Gauge(shape);
      for (const { labels, value } of values) gauge.set(labels, value);
    }
  }
  return await registry.metrics();
}
