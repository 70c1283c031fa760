import { expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, latestOf, record, scenario } from "../../test/support/exporter-facts.ts";
import { familiesOf, samplesOf } from "../../test/support/metrics-page.ts";
import type { RunRecord } from "../model/index.ts";
import { createExporter, type Exporter, type ExporterFacts } from "./index.ts";

const CRON = { scenario: "chat-api", target: "chatbot", trigger: "cron" };

function exporterOf(facts: () => ExporterFacts, onProblem?: (part: string, error: unknown) => void): Exporter {
  return createExporter({
    ...{ facts, version: "0.1.0", clock: systemClock, ofProcess: false },
    ...(onProblem === undefined ? {} : { onProblem }),
  });
}

async function pageOf(facts: ExporterFacts): Promise<string> {
  return (await exporterOf(() => facts).render()).text;
}

function value(page: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const samples = samplesOf(page, name, labels);
  expect(samples.length).toBeLessThan(2);
  return samples[0]?.value;
}

/** Every series of metrics whose names begin so, as lines. */
function linesOf(page: string, prefix: string): readonly string[] {
  return page.split("\n").filter((line) => line.startsWith(prefix));
}

it("has the one content type that Prometheus 3 takes, and no sample carries a time", async () => {
  const { contentType, text } = await exporterOf(() => fullFacts()).render();
  expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text.endsWith("\n")).toBe(true);
  // A time would be a second number, which the reader of pages refuses.
  expect([...familiesOf(text).keys()].length).toBeGreaterThan(40);
});

it("an invalid, broken, stopped or lost night leaves everything that the last judged run said", async () => {
  const failed = record({ verdict: "fail" });
  const before = linesOf(await pageOf(fullFacts({ latest: latestOf([failed]) })), "chatbench_last_run_");
  const ends = [
    { state: "finished", verdict: "invalid" },
    { state: "error", verdict: null },
    { state: "aborted", verdict: null },
    { state: "lost", verdict: null },
  ] as const;
  for (const end of ends) {
    const newest = record({ ...end, id: "20261124T020000Z-chat-api-aaaa", measurements: {}, objectives: [] });
    const page = await pageOf(fullFacts({ latest: latestOf([failed, newest]) }));
    expect(linesOf(page, "chatbench_last_run_")).toEqual(before);
    expect(value(page, "chatbench_newest_run_state", { ...CRON, state: end.state })).toBe(1);
    expect(value(page, "chatbench_newest_run_verdict", { ...CRON, verdict: end.verdict ?? "none" })).toBe(1);
    expect(value(page, "chatbench_consecutive_failed_runs", CRON)).toBe(1);
    expect(value(page, "chatbench_consecutive_missed_runs", CRON)).toBe(1);
    expect(value(page, "chatbench_last_two_runs_failed", CRON)).toBe(1);
  }
});

it("after a restart the same records, read from their files, give the same page", async () => {
  const facts = fullFacts();
  const before = await pageOf(facts);
  const fromDisk = JSON.parse(JSON.stringify(facts)) as ExporterFacts;
  const isTiming = (line: string): boolean => line.includes("collector_duration");
  const steady = (page: string): readonly string[] => page.split("\n").filter((line) => !isTiming(line));
  expect(steady(await pageOf(fromDisk))).toEqual(steady(before));
});

it("what was not measured is absent, never 0", async () => {
  const objectives = [
    { measurement: "latency_p95", condition: "< 200ms", limit: 0.2, verdict: "invalid", reason: "Too few samples." },
    { measurement: "error_rate", condition: "< 1%", limit: 0.01, value: 1, verdict: "fail", reason: "All failed." },
  ] as const;
  const broken = record({ verdict: "fail", measurements: {}, objectives, telemetry: { prometheus: "none" } });
  const facts = fullFacts({ latest: latestOf([broken]) });
  const page = await pageOf({ ...facts, queued: undefined });
  expect(linesOf(page, "chatbench_last_run_latency")).toEqual([]);
  expect(linesOf(page, "chatbench_last_run_failed_requests")).toEqual([]);
  expect(linesOf(page, "chatbench_runs_queued")).toEqual([]);
  expect(value(page, "chatbench_last_run_objective_met", { objective: "latency_p95" })).toBeUndefined();
  expect(value(page, "chatbench_last_run_objective_met", { objective: "error_rate" })).toBe(0);
  const unmeasured = { objective: "latency_p95", verdict: "invalid" };
  expect(value(page, "chatbench_last_run_objective_verdict", unmeasured)).toBe(1);
});

it("what a night could not measure stands as missed by the night that measured it last, and only of nights", async () => {
  const p95 = { measurement: "latency_p95", condition: "< 200ms", limit: 0.2, reason: "So it was." } as const;
  const errors = {
    measurement: "error_rate",
    condition: "< 1%",
    limit: 0.01,
    value: 1,
    reason: "All failed.",
  } as const;
  const first = record({ verdict: "fail", objectives: [{ ...p95, value: 0.3, verdict: "fail" }] });
  const second = record({
    ...{ id: "20261124T020000Z-chat-api-aaaa", verdict: "fail", measurements: {} },
    objectives: [
      { ...p95, verdict: "invalid" },
      { ...errors, verdict: "fail" },
    ],
  });
  const asked = [first, second].map((run): RunRecord => ({ ...run, trigger: "pull_request" }));
  const page = await pageOf(fullFacts({ latest: [...latestOf([first, second]), ...latestOf(asked)] }));
  const told = samplesOf(page, "chatbench_missed_objective_value");
  expect(told.map(({ labels, value }) => [labels.objective, labels.verdict, labels.run_id, value])).toEqual([
    ["latency_p95", "fail", first.id, 0.3],
    ["error_rate", "fail", second.id, 1],
  ]);
  expect(told.every(({ labels }) => labels.trigger === "cron")).toBe(true);
  // The targets table says of the newest run what it is: not measured.
  expect(
    value(page, "chatbench_last_run_objective_verdict", { ...CRON, objective: "latency_p95", verdict: "invalid" }),
  ).toBe(1);
});

it("numbers that are none never reach the page", async () => {
  const measurements = {
    latency_p95: { value: NaN, unit: "s", samples: 1000 },
    throughput: { value: Infinity, unit: "1/s", samples: 1000 },
    "k6.my_timer.p95": { value: 3, unit: "s", samples: 10 },
  } as const;
  const page = await pageOf(fullFacts({ latest: latestOf([record({ measurements, started_at: "never" })]) }));
  expect(page).not.toMatch(/ [+-]?(nan|inf|undefined|null)/i);
  expect(page).not.toContain("my_timer");
});

it("a warning has missed its objective, and is told from a failure", async () => {
  const objectives = [
    { measurement: "latency_p95", condition: "< 200ms", limit: 0.2, value: 0.21, verdict: "warning", reason: "5 %." },
  ] as const;
  const page = await pageOf(fullFacts({ latest: latestOf([record({ verdict: "warning", objectives })]) }));
  expect(value(page, "chatbench_last_run_objective_met", { objective: "latency_p95" })).toBe(0);
  const verdicts = samplesOf(page, "chatbench_last_run_objective_verdict").map((s) => [s.labels.verdict, s.value]);
  expect(Object.fromEntries(verdicts)).toEqual({ pass: 0, warning: 1, fail: 0, invalid: 0 });
});

it("series that never arrived are told from series that nobody wanted", async () => {
  const telemetryOf = async (telemetry: ReturnType<typeof record>["telemetry"]): Promise<string[]> => {
    const page = await pageOf(fullFacts({ latest: latestOf([record({ telemetry })]) }));
    const words = samplesOf(page, "chatbench_newest_run_telemetry").filter((sample) => sample.value === 1);
    return words.map(({ labels }) => labels.telemetry ?? "");
  };
  expect(await telemetryOf({ prometheus: "complete" })).toEqual(["complete"]);
  // A record is there before its series are read back, and nobody may be called for that.
  expect(await telemetryOf({ prometheus: "incomplete", reason: "Not read back yet." })).toEqual(["unread"]);
  expect(await telemetryOf({ prometheus: "incomplete", failed_pushes: 0 })).toEqual(["incomplete"]);
  expect(await telemetryOf({ prometheus: "incomplete", requests_found: 3 })).toEqual(["incomplete"]);
  expect(await telemetryOf({ prometheus: "none", requests_sent: 500, requests_found: 0 })).toEqual(["incomplete"]);
  expect(await telemetryOf({ prometheus: "none" })).toEqual(["none"]);
});

it("a person's run of another target has its own series; nights of a target that is no longer configured have none", async () => {
  const runs = [record({ trigger: "manual", target: "staging" }), record({ trigger: "cron", target: "old-chatbot" })];
  const page = await pageOf(fullFacts({ latest: runs.flatMap((run) => latestOf([run])) }));
  const shown = samplesOf(page, "chatbench_last_run_timestamp_seconds").map(({ labels }) => labels.target);
  expect(shown).toEqual(["staging"]);
});

it("a scenario that says nothing of errors shows the limit that it is judged by all the same", async () => {
  const page = await pageOf(fullFacts({ scenarios: [{ ...scenario("chat-api"), objectives: [] }], targets: [] }));
  expect(value(page, "chatbench_objective_error_rate_ratio")).toBe(0.01);
  expect(linesOf(page, "chatbench_objective_")).toHaveLength(1);
});

it("a paused schedule has no deadline that could be missed", async () => {
  const paused = scenario("chat-api");
  const schedule = { ...paused.schedule!, paused: true };
  const page = await pageOf(fullFacts({ scenarios: [{ ...paused, schedule }] }));
  expect(value(page, "chatbench_schedule_paused")).toBe(1);
  expect(value(page, "chatbench_run_deadline_timestamp_seconds")).toBeUndefined();
});

it("two exporters know nothing of each other", async () => {
  const [one, other] = [exporterOf(() => fullFacts()), exporterOf(() => fullFacts())];
  one.events.runEnded(record());
  expect(value((await one.render()).text, "chatbench_runs_total", CRON)).toBe(1);
  expect(value((await other.render()).text, "chatbench_runs_total", CRON)).toBe(0);
});

it("two hundred runs of all endings and triggers do not grow the page", async () => {
  const state = { latest: [] as ExporterFacts["latest"] };
  const exporter = exporterOf(() => fullFacts({ latest: state.latest }));
  const ends = [
    { state: "finished", verdict: "pass", reason: null },
    { state: "finished", verdict: "fail", reason: null },
    { state: "finished", verdict: "invalid", reason: { code: "too_few_samples", text: "Too few." } },
    { state: "aborted", verdict: null, reason: { code: "aborted_by_person", text: "Stopped." } },
    { state: "lost", verdict: null, reason: { code: "daemon_died", text: "It died." } },
  ] as const;
  const series = async (): Promise<readonly string[]> => {
    const pages = [await exporter.render(), await exporter.render("application/openmetrics-text")];
    const lines = pages.map(({ text }) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
    expect(lines[1]).toHaveLength(lines[0]?.length ?? 0);
    // A run's id, revision and reason are values that change; every other name and label stays.
    return (lines[0] ?? []).map((line) => line.replace(/(run_id|revision|reason)="[^"]*"/g, "$1").replace(/ \S+$/, ""));
  };
  const runs = Array.from({ length: 200 }, (_, index) => {
    const end = ends[index % ends.length]!;
    const id = `20261124T0200${String(index % 60).padStart(2, "0")}Z-chat-api-${String(index).padStart(4, "0")}`;
    return record({ ...end, id, trigger: index % 2 === 0 ? "cron" : "pull_request", revision: `r${String(index)}` });
  });
  const sizes: number[] = [];
  for (const [index, run] of runs.entries()) {
    exporter.events.runEnded(run);
    const before = runs.slice(0, index + 1);
    const of = (trigger: string): readonly RunRecord[] => before.filter((one) => one.trigger === trigger);
    state.latest = [...latestOf(of("cron")), ...latestOf(of("pull_request"))];
    if (index % 20 >= 10) sizes.push(new Set(await series()).size);
  }
  // From the first dozen on, each ending was there for each trigger; a reason that comes and goes is one series a trigger.
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
  expect(Math.max(...sizes)).toBeLessThan(600);
});
