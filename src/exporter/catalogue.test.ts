import { expect, it } from "vitest";
import { MEASUREMENTS } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, record } from "../../test/support/exporter-facts.ts";
import { familiesOf } from "../../test/support/metrics-page.ts";
import { CATALOGUE, createExporter, LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS, type Metric } from "./index.ts";

const METRICS = CATALOGUE.flatMap(({ metrics }) => metrics);

async function fullPage(): Promise<string> {
  const build = { version: "0.1.0", revision: "3f2c1ab", nodeVersion: "v20.20.2" };
  const exporter = createExporter({ ...build, facts: () => fullFacts(), clock: systemClock });
  exporter.events.httpAnswered("/metrics", { method: "GET", code: 200, seconds: 0.01 });
  exporter.events.runBegan(3);
  exporter.events.runEnded(record());
  return (await exporter.render()).text;
}

it("a page of full facts holds exactly the metrics of the catalogue, with their types and helps", async () => {
  const families = [...familiesOf(await fullPage()).values()].map(({ name, type, help }) => ({ name, type, help }));
  // Some of what a process tells of itself is told on Linux only.
  const told = METRICS.filter(({ name }) => name.startsWith("chatbench_") || process.platform === "linux");
  const catalogued = told.map(({ name, type, help }) => ({ name, type, help }));
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  expect(families.sort(byName)).toEqual(catalogued.sort(byName));
});

/** Sources of the daemon belong to no target and to no run. */
const SOURCES = "chatbench_scrape_collector_success";

it("every series of ours has exactly the labels of the catalogue", async () => {
  for (const { name, type, samples } of familiesOf(await fullPage()).values()) {
    if (!name.startsWith("chatbench_")) continue;
    expect([name, samples.length > 0]).toEqual([name, true]);
    const labels = METRICS.find((metric) => metric.name === name)?.labels ?? [];
    for (const sample of samples) {
      const mayLack = (label: string): boolean => name === SOURCES && ["target", "trigger"].includes(label);
      const own = labels.filter((label) => !mayLack(label) || label in sample.labels);
      const bucket = type === "histogram" && sample.name.endsWith("_bucket") ? ["le"] : [];
      expect([sample.name, Object.keys(sample.labels).sort()]).toEqual([sample.name, [...own, ...bucket].sort()]);
    }
  }
});

it("names follow the conventions", () => {
  expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
  for (const metric of METRICS.filter(({ name }) => name.startsWith("chatbench_"))) {
    expect([metric.name, problemOf(metric)]).toEqual([metric.name, undefined]);
  }
});

it("every measurement has its value in the last run and its limit, so that a new one is not forgotten", () => {
  expect(Object.keys(LAST_RUN_MEASUREMENTS)).toEqual(Object.keys(MEASUREMENTS));
  expect(Object.keys(OBJECTIVE_LIMITS)).toEqual(Object.keys(MEASUREMENTS));
  expect(LAST_RUN_MEASUREMENTS.latency_p95.name).toBe("chatbench_last_run_latency_p95_seconds");
  expect(OBJECTIVE_LIMITS.error_rate.name).toBe("chatbench_objective_error_rate_ratio");
});

function problemOf({ name, type, unit, labels, help }: Metric): string | undefined {
  if (!/^[a-z][a-z_0-9]+$/.test(name)) return "not snake case";
  if (name.endsWith("_total") !== (type === "counter")) return "only counters end with _total";
  if (/_(count|sum|bucket)$/.test(name)) return "an ending of histograms";
  if ((unit === "seconds" || unit.startsWith("unix")) && !name.endsWith("_seconds")) return "not in its base unit";
  if (unit.startsWith("unix") !== name.endsWith("_timestamp_seconds")) return "a time must say so";
  if ((unit === "1") !== name.endsWith("_info")) return "text facts end with _info";
  if (labels.some((label) => /^(type|env|environment|cluster|service|stage|region|zone|le|quantile)$/.test(label)))
    return "a label that clashes";
  return help.endsWith(".") ? undefined : "help is a sentence";
}
