import { expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, record, scenario } from "../../test/support/exporter-facts.ts";
import { samplesOf } from "../../test/support/metrics-page.ts";
import { createExporter, type Exporter, type ExporterFacts } from "./index.ts";

interface Watched extends Exporter {
  facts: ExporterFacts;
  sum(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
}

/** An exporter whose facts can be exchanged; `sum` is undefined where no series fits. */
function watched(): Watched {
  const state = { facts: fullFacts({ latest: [], running: [] }) };
  const exporter = createExporter({ facts: () => state.facts, version: "0", clock: systemClock, ofProcess: false });
  return Object.assign(state, exporter, {
    async sum(name: string, labels = {}) {
      const samples = samplesOf((await exporter.render()).text, name, labels);
      return samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
    },
  });
}

it("every combination that can be counted stands at 0 before anything happened", async () => {
  const exporter = watched();
  const { text } = await exporter.render();
  // Two scenarios, four triggers; reasons why a run is not judged; one schedule with its reasons for skipping.
  expect(samplesOf(text, "chatbench_runs_total").map(({ value }) => value)).toEqual(Array(8).fill(0));
  expect(samplesOf(text, "chatbench_runs_missed_objective_total")).toHaveLength(8);
  expect(samplesOf(text, "chatbench_runs_unjudged_total")).toHaveLength(32);
  expect(samplesOf(text, "chatbench_schedule_skipped_total")).toHaveLength(5);
  expect(samplesOf(text, "chatbench_runs_in_progress").map(({ value }) => value)).toEqual(Array(8).fill(0));
});

it("counts each end of a run once, by what it was", async () => {
  const exporter = watched();
  const ends = [
    record(),
    record({ verdict: "warning" }),
    record({ verdict: "fail" }),
    record({ verdict: "invalid" }),
    record({ state: "error", verdict: null }),
    record({ state: "aborted", verdict: null }),
    record({ state: "lost", verdict: null }),
    record({ state: "skipped", verdict: null }),
  ];
  for (const end of ends) exporter.events.runEnded(end);
  expect(await exporter.sum("chatbench_runs_total")).toBe(7);
  expect(await exporter.sum("chatbench_runs_missed_objective_total")).toBe(2);
  for (const reason of ["invalid", "error", "aborted", "lost"])
    expect([reason, await exporter.sum("chatbench_runs_unjudged_total", { trigger: "cron", reason })]).toEqual([
      reason,
      1,
    ]);
});

it("skipped slots are counted by reason", async () => {
  const exporter = watched();
  exporter.events.slotsSkipped("chat-api", "chatbot", { reason: "missed", count: 30 });
  exporter.events.slotsSkipped("chat-api", "chatbot", { reason: "overlap", count: 1 });
  expect(await exporter.sum("chatbench_schedule_skipped_total", { reason: "missed" })).toBe(30);
  expect(await exporter.sum("chatbench_schedule_skipped_total")).toBe(31);
});

it("a scenario that is no longer configured vanishes, gauges and counters; one that comes back never counts down", async () => {
  const exporter = watched();
  exporter.events.runEnded(record());
  exporter.events.slotsSkipped("chat-api", "chatbot", { reason: "missed", count: 3 });
  exporter.facts = fullFacts();
  expect(await exporter.sum("chatbench_runs_total")).toBe(1);
  exporter.facts = fullFacts({ scenarios: [scenario("chat-socket")] });
  expect((await exporter.render()).text).not.toContain('"chat-api"');
  exporter.facts = fullFacts();
  expect(await exporter.sum("chatbench_runs_total", { scenario: "chat-api", trigger: "cron" })).toBe(1);
  expect(await exporter.sum("chatbench_schedule_skipped_total", { scenario: "chat-api" })).toBe(3);
});

it("runs of scenarios that nobody configured are not shown", async () => {
  const exporter = watched();
  exporter.events.runEnded(record({ scenario: "gone" }));
  expect(await exporter.sum("chatbench_runs_total", { scenario: "gone" })).toBeUndefined();
});

it("answers are counted by route, method and code; invented methods share one series", async () => {
  const exporter = watched();
  for (const method of ["GET", "BREW", "PROPFIND"])
    exporter.events.httpAnswered("/metrics", { method, code: 200, seconds: 0.01 });
  expect(await exporter.sum("chatbench_http_requests_total", { method: "other" })).toBe(2);
  expect(await exporter.sum("chatbench_http_requests_total")).toBe(3);
  expect(await exporter.sum("chatbench_http_request_duration_seconds_count", { handler: "/metrics" })).toBe(3);
});

it("waiting is measured, and a clock that was set back breaks nothing", async () => {
  const exporter = watched();
  for (const seconds of [3, 40, -5, NaN]) exporter.events.runBegan(seconds);
  expect(await exporter.sum("chatbench_run_queue_wait_seconds_count")).toBe(4);
  expect(await exporter.sum("chatbench_run_queue_wait_seconds_sum")).toBe(43);
});

it("lookups in the target's cache are counted where both kinds were counted through the whole window", async () => {
  const exporter = watched();
  expect(await exporter.sum("chatbench_cache_requests_total")).toBeUndefined();
  exporter.facts = fullFacts({ scenarios: [{ ...scenario("chat-api"), watchesCache: true }] });
  expect(await exporter.sum("chatbench_cache_requests_total")).toBe(0); // so that the first run's are an increase
  exporter.events.runEnded(record());
  exporter.events.runEnded(record());
  const { redis_hits: hits } = record().resources!.values;
  exporter.events.runEnded(record({ resources: { ...record().resources!, values: { redis_hits: hits! } } }));
  const labels = { scenario: "chat-api", target: "chatbot", layer: "redis" };
  expect(await exporter.sum("chatbench_cache_requests_total", labels)).toBe(2_000);
  expect(await exporter.sum("chatbench_cache_hits_total", labels)).toBe(1_800);
});

it("46: a target's source that did not answer is 0, with the target's name; one that nobody has asked is absent", async () => {
  const exporter = watched();
  const success = "chatbench_scrape_collector_success";
  expect(await exporter.sum(success, { collector: "postgres", target: "chatbot" })).toBe(0);
  expect(await exporter.sum(success, { collector: "redis", target: "chatbot" })).toBeUndefined();
});
