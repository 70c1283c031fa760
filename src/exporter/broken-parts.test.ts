import { expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, latestOf, record } from "../../test/support/exporter-facts.ts";
import { samplesOf } from "../../test/support/metrics-page.ts";
import { createExporter, type ExporterFacts } from "./index.ts";

function successOf(page: string, collector: string): number | undefined {
  return samplesOf(page, "chatbench_scrape_collector_success", { collector })[0]?.value;
}

function exporterOf(facts: () => ExporterFacts) {
  const problems: string[] = [];
  const exporter = createExporter({
    ...{ facts, version: "0", clock: systemClock, ofProcess: false },
    onProblem: (part, error) => problems.push(`${part}: ${String(error)}`),
  });
  return { exporter, problems };
}

it("facts that cannot be had leave the page as it was, and a metric says so until they can", async () => {
  const state = { broken: false };
  const { exporter, problems } = exporterOf(() => {
    if (state.broken) throw new Error("the history is gone");
    return fullFacts();
  });
  const gauges = (page: string): readonly string[] => page.split("\n").filter((line) => !line.includes("collector"));
  const before = (await exporter.render()).text;
  expect(successOf(before, "facts")).toBe(1);
  state.broken = true;
  const during = (await exporter.render()).text;
  await exporter.render();
  expect(gauges(during)).toEqual(gauges(before));
  expect(successOf(during, "facts")).toBe(0);
  expect(successOf(during, "database")).toBe(1);
  expect(problems).toEqual(["facts: Error: the history is gone"]);
  state.broken = false;
  expect(successOf((await exporter.render()).text, "facts")).toBe(1);
});

it("facts that were never to be had leave the rest of the page", async () => {
  const { exporter } = exporterOf(() => {
    throw new Error("not yet");
  });
  exporter.events.httpAnswered("/metrics", { method: "GET", code: 200, seconds: 0.01 });
  const page = (await exporter.render()).text;
  expect(successOf(page, "facts")).toBe(0);
  expect(samplesOf(page, "chatbench_http_requests_total")).toHaveLength(1);
});

it("a record that is not what it should be does not empty the page", async () => {
  const state = { facts: fullFacts() };
  const { exporter } = exporterOf(() => state.facts);
  await exporter.render();
  const torn = { ...record(), measurements: null } as unknown as ReturnType<typeof record>;
  state.facts = fullFacts({ latest: latestOf([torn]) });
  const page = (await exporter.render()).text;
  expect(successOf(page, "facts")).toBe(0);
  expect(samplesOf(page, "chatbench_last_run_latency_p95_seconds")).toHaveLength(2);
});

it("a source that is down is told, and nothing else changes", async () => {
  const sources = [
    { name: "database", ok: false, seconds: 5 },
    { name: "k6", ok: true, seconds: 0.1 },
  ];
  const page = (await exporterOf(() => fullFacts({ sources })).exporter.render()).text;
  expect([successOf(page, "database"), successOf(page, "k6"), successOf(page, "process")]).toEqual([0, 1, 1]);
  const [duration] = samplesOf(page, "chatbench_scrape_collector_duration_seconds", { collector: "database" });
  expect(duration?.value).toBe(5);
  expect(samplesOf(page, "chatbench_last_run_verdict").length).toBeGreaterThan(0);
});

it("the same facts are written once; other facts at once", async () => {
  const state = { queued: 1, read: 0 };
  const latest = latestOf([record()]);
  // A record that tells when it is read: only writing the page does.
  const watchedRecord = new Proxy(latest[0]!.last, {
    get(run, key) {
      if (key === "started_at") state.read += 1;
      return Reflect.get(run, key) as unknown;
    },
  });
  const watchedLatest = [{ ...latest[0]!, last: watchedRecord, judged: watchedRecord }];
  const { exporter } = exporterOf(() => fullFacts({ latest: [...watchedLatest], queued: state.queued }));
  await exporter.render();
  const once = state.read;
  await exporter.render();
  expect(state.read).toBe(once);
  state.queued = 7;
  expect((await exporter.render()).text).toContain("\nchatbench_runs_queued 7\n");
  expect(state.read).toBe(2 * once);
});
