// Started by daemon-many.ts: so many runs one after the other, and what the process holds every so often, as lines.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../src/config/index.ts";
import { assemble, type Assembled } from "../src/daemon/assemble.ts";
import { createConfiguration } from "../src/daemon/configuration.ts";
import { openDatabase } from "../src/daemon/database.ts";
import { Secret, type Engine, type LoadFacts, type Log, type Scenario } from "../src/model/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import * as files from "../src/platform/files.ts";
import { ownProcess } from "../src/platform/own-process.ts";
import { GROWN, type ManyRunsSample } from "./many-runs-sample.ts";

const CONFIG = `targets: { bot: { base_url: "http://127.0.0.1:9" } }
scenarios:
  chat: { script: load_tests/chat.js, target: bot, pattern: smoke, objectives: { latency_p95: "< 200ms" } }
`;
/** pg closes a pooled connection that nobody used for so long. */
const POOL_IDLE_MS = 10_000;
const QUANTILES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];
const REQUESTS = 24_310;

const FACTS: LoadFacts = {
  window: { startedAt: 0, seconds: 30, plannedSeconds: 30 },
  requests: { count: REQUESTS, failed: 0 },
  checks: { failedOnGood: 0, mixed: 0, perAnswer: 1 },
  exceptions: { afterGood: 0, afterFailed: 0, withoutRequest: 0 },
  latency: { count: REQUESTS, min: 0.1, max: 0.1, mean: 0.1, quantiles: QUANTILES.map((q) => [q, 0.1] as const) },
  iterations: { completed: REQUESTS, dropped: 0 },
  ...{ custom: {}, thresholds: [], requestsInAll: REQUESTS },
};

const ENGINE: Engine = {
  name: "k6",
  version: () => Promise.resolve({ version: "2.2.0" }),
  inspect: () => Promise.resolve({ inspection: { maxUsers: 1, thresholds: [] } }),
  endLeftOver: () => Promise.resolve({ ended: 0 }),
  run: (_work, watch) => {
    watch.onProgress({ phase: "judged", elapsedSeconds: 1, users: 1, requestsPerSecond: 1 });
    const now = Date.now();
    return Promise.resolve({
      outcome: { kind: "completed", exitCode: 0 },
      ...{ startedAt: now, endedAt: now, facts: FACTS, failedPushes: 0 },
      timeline: { judged: { from: 0, to: 30 }, points: Array.from({ length: 30 }, (_, at) => pointAt(at + 1)) },
    });
  },
};

function pointAt(at: number): { at: number; seconds: number; users: number; requests: number; failed: number } {
  return { at, seconds: 1, users: 2, requests: 800, failed: 0 };
}

const LOG: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: (text) => void process.stderr.write(`bench: ${text}\n`),
};

async function partsIn(folder: string, url: string): Promise<Assembled> {
  mkdirSync(join(folder, "load_tests"));
  mkdirSync(join(folder, "results"));
  writeFileSync(join(folder, "load_tests/chat.js"), "export default function () {}\n");
  writeFileSync(join(folder, "chatbench.yml"), CONFIG);
  const loaded = await loadConfig(join(folder, "chatbench.yml"), { files, environment: {} });
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const opened = await openDatabase({ kind: "postgres", url: new Secret(url) }, systemClock, LOG);
  if ("problem" in opened) throw new Error(opened.problem);
  const configuration = createConfiguration(loaded, { clock: systemClock, env: {} });
  const instance = { id: "bench", ...(await ownProcess()) };
  return assemble({ configuration, store: opened.store, engine: ENGINE, instance, clock: systemClock, log: LOG });
}

/** Asks for a run and waits until its page is written. */
async function oneRun(parts: Assembled, scenario: Scenario): Promise<void> {
  const results = parts.configuration.current().results.folder;
  const asked = await parts.runs.enqueue({ scenario, trigger: "manual" });
  if (asked.kind !== "queued") throw new Error(`not queued: ${asked.kind}`);
  while (!existsSync(join(results, asked.id, "record.json")) || parts.runs.running().length > 0) await sleep(1);
  await parts.pagesWritten(asked.id);
}

function sampleOf(runs: number, parts: Assembled): ManyRunsSample {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const { secrets, atWork, unstored } = parts.runs.held();
  return {
    ...{ runs, residentMib: rss / 1024 ** 2, heapMib: heapUsed / 1024 ** 2 },
    descriptors: readdirSync("/proc/self/fd").length,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
    held: secrets + atWork + unstored,
  };
}

async function manyRuns(count: number, folder: string, url: string): Promise<void> {
  const parts = await partsIn(folder, url);
  const scenario = parts.configuration.current().scenarios.chat;
  if (scenario === undefined) throw new Error("no scenario");
  await parts.store.ready();
  await parts.runs.start();
  await parts.health.look();
  const every = Math.max(1, Math.floor(count / 100));
  for (let run = 1; run <= count; run += 1) {
    await oneRun(parts, scenario);
    if (run % every !== 0) continue;
    await parts.exporter.render();
    await parts.runs.tick();
    // What a run left to do soon is done; where descriptors are compared, idle connections of the pool are closed too.
    const compared = run === count || (run > count * GROWN && run - every <= count * GROWN);
    await sleep(compared ? POOL_IDLE_MS + 1_000 : 60);
    process.stdout.write(`${JSON.stringify(sampleOf(run, parts))}\n`);
  }
  await parts.runs.stop();
  await parts.store.close();
}

const [count = "500", folder = "", url = ""] = process.argv.slice(2);
await manyRuns(Number(count), folder, url);
