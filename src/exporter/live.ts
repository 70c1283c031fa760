import {
  collectDefaultMetrics,
  Counter,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from "prom-client";
import { DAEMON, PROCESS, type Metric } from "./catalogue/index.ts";
import type { ExporterEvents } from "./facts.ts";
import type { Family } from "./page.ts";

const FAMILY_TYPES = ["gauge", "counter", "histogram"] as const;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What is measured as it happens and belongs to no scenario: HTTP, waiting in the queue, the process. */
export interface Live extends Pick<ExporterEvents, "runBegan" | "httpAnswered"> {
  families(): Promise<readonly Family[]>;
}

export function createLive(ofProcess: boolean): Live {
  const registry = new Registry();
  const wait = new Histogram(histogramOf(DAEMON.queueWait, registry));
  const answers = new Counter({
    ...{ name: DAEMON.httpRequests.name, help: DAEMON.httpRequests.help },
    ...{ labelNames: DAEMON.httpRequests.labels, registers: [registry] },
  });
  const durations = new Histogram(histogramOf(DAEMON.httpDuration, registry));
  if (ofProcess) addProcess(registry);
  return {
    runBegan: (seconds) => wait.observe(waited(seconds)),
    httpAnswered(handler, { method, code, seconds }) {
      // Anybody can invent methods; each would stay as a series for good.
      answers.inc({ handler, method: METHODS.has(method) ? method : "other", code: String(code) });
      durations.observe({ handler }, waited(seconds));
    },
    families: async () => (await registry.getMetricsAsJSON()).map(familyOf),
  };
}

/** prom-client's own text would lose the endings of its counters for good once it was asked for OpenMetrics. */
function familyOf({ name, help, type, values }: MetricObjectWithValues<MetricValue<string>>): Family {
  const samples = values.map((value) => ({
    name: "metricName" in value && typeof value.metricName === "string" ? value.metricName : name,
    ...{ labels: value.labels, value: value.value },
  }));
  const known = FAMILY_TYPES.find((word) => String(type) === word);
  if (known === undefined) throw new Error(`${name} is a ${String(type)}, which the page has no lines for`);
  // Delays of the event loop are no numbers until the first was measured: absent, as everything not measured.
  return { name, help, type: known, samples: samples.filter(({ value }) => Number.isFinite(value)) };
}

/** A clock that was set back while something lasted must not make the histogram throw. */
function waited(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

function histogramOf<Label extends string>(metric: Metric<Label>, registry: Registry) {
  const { name, help, labels, buckets = [] } = metric;
  return { name, help, labelNames: labels, buckets: [...buckets], registers: [registry] };
}

/** What the catalogue lists of prom-client's own metrics; the others have names of counters and are none. */
function addProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  const catalogued = new Set([...Object.values(DAEMON), ...PROCESS].map(({ name }) => name));
  for (const { name } of registry.getMetricsAsArray()) if (!catalogued.has(name)) registry.removeSingleMetric(name);
}
