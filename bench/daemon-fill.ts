// Past runs by the ten thousand: rows in the database and folders on the disk.
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ask } from "./daemon-place.ts";

const MINUTE_MS = 60_000;
/** Of each scenario, the newest records are its own; what is older is a hard link to one of them: nobody reads it. */
const OWN = 25;
const ROWS_AT_ONCE = 5_000;

export interface PastRun {
  readonly id: string;
  readonly scenario: string;
  readonly target: string;
  readonly trigger: "cron" | "manual";
  readonly verdict: "pass" | "fail";
  readonly startedAt: string;
  readonly endedAt: string;
}

export const scenarioName = (index: number): string => `chat-${String(index).padStart(3, "0")}`;
export const targetName = (index: number): string => `bot-${String(index % 10)}`;

/** Newest first: one a minute, of one scenario after the other; every seventh is a person's, every ninth failed. */
export function pastRuns(count: number, scenarios: number): readonly PastRun[] {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: count }, (_, index) => {
    const from = now - (index + 20) * MINUTE_MS;
    const scenario = scenarioName(index % scenarios);
    const stamp = new Date(from)
      .toISOString()
      .replace(/\.\d{3}Z$/, "Z")
      .replaceAll(/[-:]/g, "");
    return {
      id: `${stamp}-${scenario}-${(index % 1_000_000).toString(36).padStart(4, "0").slice(-4)}`,
      ...{ scenario, target: targetName(index % scenarios) },
      trigger: Math.floor(index / scenarios) % 7 === 6 ? "manual" : "cron",
      verdict: index % 9 === 8 ? "fail" : "pass",
      ...{ startedAt: new Date(from).toISOString(), endedAt: new Date(from + 11 * MINUTE_MS).toISOString() },
    };
  });
}

const measured = (value: number, unit: string): object => ({ value, unit, samples: 24_310 });

/** A record as a run of a shipped load test leaves it, without its trial's facts. */
export function recordOf(run: PastRun): object {
  const objective = (measurement: string, condition: string, limit: number): object => ({
    ...{ measurement, condition, limit, value: limit / 2, verdict: run.verdict },
    reason: `${measurement} was ${limit / 2}.`,
  });
  return {
    ...{ schema: 1, id: run.id, scenario: run.scenario, target: run.target, target_url: "http://127.0.0.1:9" },
    ...{ script: "load_tests/chat.js", trigger: run.trigger, revision: "3f2c1ab", state: "finished" },
    ...{ verdict: run.verdict, reason: null, started_at: run.startedAt, ended_at: run.endedAt },
    pattern: { name: "sustained", users: 20, duration_seconds: 600, warmup_seconds: 60 },
    measurements: {
      latency_p50: measured(0.081, "s"),
      latency_p95: measured(0.183, "s"),
      latency_p99: measured(0.244, "s"),
      requests: measured(24_310, "count"),
      throughput: measured(40.5, "1/s"),
      error_rate: measured(0.0012, "ratio"),
      dropped_iterations: measured(0, "count"),
      conversations: measured(2_431, "count"),
    },
    objectives: [objective("latency_p95", "< 200ms", 0.2), objective("error_rate", "< 1%", 0.01)],
    ...{ comparison: [], cost: {}, telemetry: { prometheus: "none" } },
    environment: { node: process.version, system: "Linux", processor: "a processor", cores: "2", k6: "2.2.0" },
    trials: [
      {
        ...{ index: 0, arms: ["only"], outcome: { kind: "completed", exitCode: 0 }, invalid: [] },
        ...{ started_at: run.startedAt, ended_at: run.endedAt },
      },
    ],
  };
}

const INSERT = `insert into chatbench.runs
  (id, scenario, target, trigger, state, verdict, revision, queued_at, started_at, ended_at, measurements, record)
  select run->>'id', run->>'scenario', run->>'target', run->>'trigger', run->>'state', run->>'verdict', '3f2c1ab',
    (run->>'started_at')::timestamptz, (run->>'started_at')::timestamptz, (run->>'ended_at')::timestamptz,
    run->'measurements', run
  from (select $1::jsonb || past as run from jsonb_array_elements($2::jsonb) as past) as runs`;

/** Rows as the daemon stores them. */
export async function storeRuns(ask: Ask, runs: readonly PastRun[]): Promise<void> {
  const [first] = runs;
  if (first === undefined) return;
  const template = JSON.stringify(recordOf(first));
  for (let at = 0; at < runs.length; at += ROWS_AT_ONCE) {
    const own = runs.slice(at, at + ROWS_AT_ONCE).map((run) => ({
      ...{ id: run.id, scenario: run.scenario, target: run.target, trigger: run.trigger, verdict: run.verdict },
      ...{ started_at: run.startedAt, ended_at: run.endedAt },
    }));
    await ask(INSERT, [template, JSON.stringify(own)]);
  }
  await ask("analyze chatbench.runs");
}

/** Run folders with their record.json. */
export function writeFolders(folder: string, runs: readonly PastRun[]): void {
  const results = join(folder, "results");
  mkdirSync(results, { recursive: true });
  const seen = new Map<string, { count: number; path: string }>();
  for (const run of runs) {
    const path = join(results, run.id, "record.json");
    mkdirSync(join(results, run.id));
    const before = seen.get(run.scenario) ?? { count: 0, path };
    if (before.count < OWN) writeFileSync(path, `${JSON.stringify(recordOf(run), null, 2)}\n`);
    else linkSync(before.path, path);
    seen.set(run.scenario, { count: before.count + 1, path: before.path });
  }
}

/** A configuration of scheduled scenarios on ten targets, none due soon; everything is kept. */
export function scheduledConfig(scenarios: number): string {
  const hour = (new Date().getUTCHours() + 12) % 24;
  const targets = Array.from(
    { length: 10 },
    (_, index) => `  ${targetName(index)}: { base_url: "http://127.0.0.1:9" }\n`,
  );
  const lines = Array.from(
    { length: scenarios },
    (_, index) =>
      `  ${scenarioName(index)}: { script: load_tests/chat.js, target: ${targetName(index)}, pattern: sustained, ` +
      `objectives: { latency_p95: "< 200ms", error_rate: "< 1%" }, schedule: { cron: "${index % 60} ${hour} * * *" } }\n`,
  );
  return `targets:\n${targets.join("")}scenarios:\n${lines.join("")}results: { keep_runs: 1000000, keep_days: 36500 }\n`;
}
