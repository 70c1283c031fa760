/** Facts for tests of the exporter: one full set of everything that can be shown, and records to make others of. */
import type { ExporterFacts } from "../../src/exporter/index.ts";
import {
  MEASUREMENTS,
  type Measurement,
  type MeasurementName,
  type Objective,
  type ResourceValue,
  type RunRecord,
  type Trigger,
  type Uptime,
} from "../../src/model/index.ts";

const NIGHT = Date.parse("2026-11-23T02:00:00Z");

/** A judged run with a value for every measurement; `over` replaces what a test is about. */
export function record(over: Partial<RunRecord> = {}): RunRecord {
  const names = Object.keys(MEASUREMENTS) as MeasurementName[];
  const value = (name: MeasurementName): Measurement => ({
    value: name === "error_rate" ? 0.04 : name.startsWith("latency") ? 0.183 : 120,
    unit: MEASUREMENTS[name].unit,
    samples: 1000,
  });
  return {
    schema: 1,
    ...{ id: "20261123T020000Z-chat-api-4k7q", scenario: "chat-api", target: "chatbot", trigger: "cron" },
    ...{ target_url: "http://127.0.0.1:8000", script: "load_tests/k6_api_test.ts", revision: "3f2c1ab" },
    ...{ state: "finished", verdict: "pass", reason: null },
    ...{ started_at: "2026-11-23T02:00:00.000Z", ended_at: "2026-11-23T02:11:00.500Z" },
    pattern: { name: "sustained", users: 100, duration_seconds: 600, warmup_seconds: 60 },
    measurements: Object.fromEntries(names.map((name) => [name, value(name)])),
    objectives: names.map((name) => ({
      measurement: name,
      ...{ condition: "< 1", limit: 1, value: 0.5, verdict: "pass", reason: "It was met." },
    })),
    ...{ comparison: [], cost: {}, environment: {}, telemetry: { prometheus: "complete" }, trials: [] },
    resources: {
      collectors: [{ name: "redis", reads: 600, failures: 0 }],
      values: { redis_hits: lookups("found", 900.4), redis_misses: lookups("not found", 99.6) },
      restarted: [],
    },
    ...over,
  };
}

function lookups(title: string, delta: number): ResourceValue {
  return { title: `Redis: keys ${title}`, unit: "count", samples: 600, delta, perSecond: delta / 600 };
}

export function scenario(name: string, schedule = true): ExporterFacts["scenarios"][number] {
  const objectives: readonly Objective[] = Object.keys(MEASUREMENTS).map((measurement) => ({
    ...{ measurement, comparator: "<", limit: 0.2, condition: "< 0.2" },
  }));
  const plan = {
    ...{ cron: "0 2 * * *", timezone: "UTC", paused: false, intervalSeconds: 86_400 },
    ...{ nextSlot: NIGHT + 86_400_000, deadline: NIGHT + 2.1 * 86_400_000 },
  };
  return { name, target: "chatbot", objectives, ...(schedule ? { schedule: plan } : {}) };
}

/** What the gauges of one scenario and trigger rest on: the runs in the order in which they ended, oldest first. */
export function latestOf(runs: readonly RunRecord[]): ExporterFacts["latest"] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  const judged = runs.filter(({ verdict }) => verdict !== null && verdict !== "invalid");
  const since = (words: readonly string[]): number =>
    judged.length - 1 - judged.findLastIndex(({ verdict }) => !words.includes(verdict ?? ""));
  const newest = judged.at(-1);
  const measuredBy = (objective: string): ExporterFacts["latest"][number]["measured"] =>
    judged.flatMap(({ id, objectives }) =>
      objectives
        .filter(({ measurement, verdict }) => measurement === objective && verdict !== "invalid")
        .map((result) => ({ id, result })),
    );
  return [
    {
      ...{ scenario: last.scenario, target: last.target, trigger: last.trigger, last },
      ...(newest === undefined ? {} : { judged: newest }),
      measured: (newest?.objectives ?? []).flatMap(({ measurement }) => measuredBy(measurement).slice(-1)),
      consecutiveMissed: since(["warning", "fail"]),
      consecutiveFailed: since(["fail"]),
      lastTwoFailed: judged.slice(-2).filter(({ verdict }) => verdict === "fail").length,
    },
  ];
}

const THREE_NINES: Objective = { measurement: "uptime", comparator: ">=", limit: 0.999, condition: ">= 99.9%" };
const UPTIME: Uptime = {
  ...{ target: "chatbot", windowSeconds: 2_592_000, objective: THREE_NINES, value: 0.9995, coverage: 0.98 },
  ...{ probes: 169_344, verdict: "pass", reason: "It was met." },
};

/** Facts in which every metric of the catalogue has a value. */
export function fullFacts(over: Partial<ExporterFacts> = {}): ExporterFacts {
  const failed = record({
    ...{ verdict: "fail", reason: { code: "target_failed", text: "It answered only errors." } },
    objectives: record().objectives.map((result) =>
      result.measurement === "error_rate" ? { ...result, value: 2, verdict: "fail", reason: "It was missed." } : result,
    ),
  });
  return {
    scenarios: [scenario("chat-api"), scenario("chat-socket", false)],
    latest: [...latestOf([failed]), ...latestOf([record({ trigger: "manual" })])],
    targets: [{ name: "chatbot", uptimeObjective: THREE_NINES, uptime: UPTIME }],
    running: [{ scenario: "chat-api", target: "chatbot", trigger: "manual" }],
    queued: 2,
    config: { sha256: "a".repeat(64), reloadSucceeded: true, reloadedAt: NIGHT },
    k6Version: "2.2.0",
    sources: [
      { name: "database", ok: true, seconds: 0.002 },
      { name: "postgres", target: "chatbot", trigger: "cron", ok: false },
    ],
    ...over,
  };
}

/** Many scenarios, each with runs of two triggers: a page of thousands of series. */
export function manyFacts(scenarios: number): ExporterFacts {
  const names = Array.from({ length: scenarios }, (_, index) => `chat-${String(index)}`);
  const runs = names.flatMap((name) =>
    (["cron", "manual"] satisfies Trigger[]).map((trigger) => record({ scenario: name, trigger, id: `${name}-id` })),
  );
  return fullFacts({
    scenarios: names.map((name) => scenario(name)),
    latest: runs.flatMap((run) => latestOf([run])),
  });
}
