import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/index.ts";
import { testMachine } from "../support/machine.ts";
import { proxyTo, type Fate } from "../support/proxy.ts";
import { answer, startServer, type TestServer } from "../support/server.ts";

// A verdict comes from the engine's own samples: whatever happens to the series changes what the record says of them,
// and nothing else. Real k6, real Prometheus, a proxy between them that fails as told.
const ROOT = resolve(import.meta.dirname, "../..");
const SCRIPT = `
import http from "k6/http";
export default function () { http.get(__ENV.CHATBENCH_TARGET_URL + "/conversations/" + Math.random()); }
`;

let prometheus: RunningPrometheus;
let server: TestServer;
let folder: string;
const data = mkdtempSync(join(tmpdir(), "chatbench-telemetry-"));

beforeAll(async () => {
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("the set-up of the tests brings a Prometheus");
  const configFile = join(ROOT, "prometheus/prometheus.yml");
  const started = await startPrometheus({ program, folder: data, configFile, clock: systemClock });
  if ("problem" in started) throw new Error(started.problem);
  prometheus = started.prometheus;
  server = await startServer(answer({ delayMs: 10 }));
});
afterAll(async () => {
  await prometheus.stop();
  await server.close();
  rmSync(data, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chatbench-run-"));
  mkdirSync(join(folder, "load_tests"));
  writeFileSync(join(folder, "load_tests/chat.js"), SCRIPT);
});

async function runAgainst(url: string, length = {}): Promise<RunRecord> {
  return (await ranAgainst(url, length)).record;
}

async function ranAgainst(url: string, { seconds = 4, warmup = 1 } = {}): Promise<{ record: RunRecord; note: string }> {
  writeFileSync(
    join(folder, "chatbench.yml"),
    `targets: { bot: { base_url: "${server.url}" } }
prometheus: { url: "${url}" }
scenarios:
  chat:
    script: load_tests/chat.js
    target: bot
    pattern: { name: smoke, users: 4, duration: ${String(seconds)}s, warmup: ${String(warmup)}s }
    objectives: { latency_p95: "< 500ms" }
`,
  );
  const machine = testMachine(folder);
  const code = await main(["run", "--json"], machine);
  const { runs } = JSON.parse(machine.printed.out()) as { runs: RunRecord[] };
  const [record] = runs;
  expect({ code, verdict: record?.verdict, note: machine.printed.err() }).toMatchObject({ code: 0, verdict: "pass" });
  if (record === undefined) throw new Error("no record");
  return { record, note: machine.printed.err() };
}

async function runThrough(fate: (write: number) => Fate, length = {}): Promise<RunRecord["telemetry"]> {
  const proxy = await proxyTo(prometheus.url, fate);
  try {
    const record = await runAgainst(proxy.url, length);
    expect(proxy.writes()).toBeGreaterThan(0);
    return record.telemetry;
  } finally {
    proxy.close();
  }
}

async function query<T>(promql: string): Promise<T[]> {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  return ((await response.json()) as { data: { result: T[] } }).data.result;
}

describe("series of a run in a real Prometheus", () => {
  it("are complete when every request arrived, warm-up included", async () => {
    const { telemetry, trials } = await runAgainst(prometheus.url);
    const sent = trials[0]?.facts?.requestsInAll;
    expect(telemetry).toEqual({ prometheus: "complete", failed_pushes: 0, requests_sent: sent, requests_found: sent });
  });

  it("case 48: carry the run's id and our tags, and no address however many there are", async () => {
    const { id } = await runAgainst(prometheus.url);
    const series = await query<{ metric: Record<string, string> }>(
      `last_over_time(k6_http_reqs_total{testid="${id}"}[5m])`,
    );
    expect(series.length).toBeLessThan(5);
    for (const { metric } of series) {
      expect(metric).toMatchObject({ testid: id, chatbench_scenario: "chat", target: "bot", trigger: "manual" });
      expect(Object.keys(metric)).not.toContain("url");
      expect(Object.keys(metric)).not.toContain("name");
    }
  });

  it("case 44: a run right after another finds only its own requests", async () => {
    const first = await runAgainst(prometheus.url);
    const second = await runAgainst(prometheus.url);
    expect([first.telemetry.prometheus, second.telemetry.prometheus]).toEqual(["complete", "complete"]);
    const still = await query(`k6_http_reqs_total{testid="${first.id}"}`);
    expect(still).toEqual([]); // stale markers ended the first run's series at once
  });
});

describe("what goes wrong on the way is counted and said, and the verdict stands", () => {
  it("case 41: Prometheus away for the whole run", async () => {
    const { telemetry } = await runAgainst("http://127.0.0.1:9");
    expect(telemetry.prometheus).toBe("incomplete");
    expect(telemetry.failed_pushes).toBeGreaterThan(0);
    expect(telemetry.reason).toContain("could not be read back");
  });

  it("case 42: the last pushes lost", async () => {
    const telemetry = await runThrough((write) => (write === 0 ? "pass" : 500), { seconds: 7 });
    expect(telemetry.prometheus).toBe("incomplete");
    expect(telemetry.requests_found).toBeGreaterThan(0);
    expect(telemetry.requests_found).toBeLessThan(telemetry.requests_sent ?? 0);
    expect(telemetry.failed_pushes).toBeGreaterThan(0);
  });

  it("case 43: a push lost at the beginning is healed by the next one, and still counted", async () => {
    const telemetry = await runThrough((write) => (write === 0 ? 503 : "pass"), { seconds: 8, warmup: 0 });
    expect(telemetry).toMatchObject({ prometheus: "complete", failed_pushes: 1 });
  });

  it("case 43: a push lost with the whole warm-up in it is not: k6 sends those series only once", async () => {
    const telemetry = await runThrough((write) => (write === 0 ? 503 : "pass"), { seconds: 8, warmup: 1 });
    expect(telemetry).toMatchObject({ prometheus: "incomplete", failed_pushes: 1 });
    expect(telemetry.reason).toContain("1 push failed.");
  });

  it.each([400, 401])("case 43: every push refused with %i", async (status) => {
    const telemetry = await runThrough(() => status);
    expect(telemetry).toMatchObject({ prometheus: "none", requests_found: 0 });
    expect(telemetry.failed_pushes).toBeGreaterThan(0);
    expect(telemetry.reason).toMatch(/holds 0 of this run's \d+ requests/);
  });

  it("case 43: a Prometheus that never answers does not hold up the run", async () => {
    const telemetry = await runThrough(() => "hang");
    expect(telemetry.prometheus).toBe("none");
    expect(telemetry.failed_pushes).toBeGreaterThan(0);
  });
});

it("says that the record could not be written anew with what was read back, and keeps its verdict", async () => {
  // Takes all series; once somebody asks for them, the verdict is on disk, and nothing can take its place there.
  const deaf = await startServer((request, response) => {
    if (request.path.includes("/write")) response.writeHead(204).end();
    else {
      for (const run of readdirSync(join(folder, "results")).filter((name) => name.includes("-chat-"))) {
        const path = join(folder, "results", run, "record.json");
        rmSync(path, { recursive: true });
        mkdirSync(join(path, "in the way"), { recursive: true });
      }
      response.writeHead(400).end("{}");
    }
  });
  try {
    const { record, note } = await ranAgainst(deaf.url);
    expect(record.telemetry.prometheus).toBe("incomplete");
    expect(note).toMatch(/record\.json/);
  } finally {
    await deaf.close();
  }
});
