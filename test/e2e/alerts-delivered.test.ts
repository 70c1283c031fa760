import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { main } from "../../src/main.ts";
import type { ObjectiveResult, RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { RunningPart } from "../../src/stack/part.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/prometheus.ts";
import { messagesAt, startAlertmanager, type Message } from "../support/alertmanager.ts";
import { configure, FAKE_K6, startDaemon, type TestDaemon } from "../support/daemon.ts";
import { record } from "../support/exporter-facts.ts";
import { testMachine } from "../support/machine.ts";
import { startServer, type TestServer } from "../support/server.ts";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE = { timeout: 60_000, interval: 200 };
const CONFIG = {
  scenarios: {
    "chat-api":
      'pattern: sustained, objectives: { latency_p95: "< 200ms", latency_p99: "< 500ms", error_rate: "< 1%" }, schedule: { cron: "0 2 1 1 *" }',
  },
};

const live = { folder: "" } as {
  folder: string;
  daemon: TestDaemon;
  receiver: TestServer;
  alertmanager: RunningPart;
  prometheus: RunningPrometheus;
};

const objective = (measurement: string, limit: number, met: boolean): ObjectiveResult => ({
  ...{ measurement, condition: `< ${String(limit)}`, limit, value: met ? limit / 2 : limit * 1.5 },
  ...{ verdict: met ? "pass" : "fail", reason: met ? "It was met." : "It was missed." },
});

/** A run as the daemon finds it in its results folder. */
async function leave(id: string, met: boolean, over: Partial<RunRecord> = {}): Promise<void> {
  const folder = join(live.folder, "results", id);
  await mkdir(folder, { recursive: true });
  const run = record({
    ...{ id, target: "bot", verdict: met ? "pass" : "fail" },
    objectives: [
      objective("latency_p95", 0.2, met),
      objective("latency_p99", 0.5, met),
      objective("error_rate", 0.01, met),
    ],
    measurements: {
      latency_p95: { value: met ? 0.1 : 0.3, unit: "s", samples: 5000 },
      latency_p99: { value: met ? 0.25 : 0.75, unit: "s", samples: 5000 },
      error_rate: { value: met ? 0.005 : 0.015, unit: "ratio", samples: 5000 },
    },
    ...over,
  });
  await writeFile(join(folder, "record.json"), JSON.stringify(run));
}

async function start(): Promise<void> {
  live.daemon = await startDaemon(live.folder, FAKE_K6);
}

async function tellPrometheus(): Promise<void> {
  const targets = [{ targets: [new URL(live.daemon.url).host] }];
  await writeFile(join(live.folder, "daemon.json"), JSON.stringify(targets));
}

/** The rules as `chatbench rules` writes them, looked at each second. */
async function quickRules(): Promise<readonly string[]> {
  const links = `links: { chatbench: "${live.daemon.url}", grafana: "https://grafana.example" }\n`;
  await configure(live.folder, { ...CONFIG, more: links });
  const machine = testMachine(live.folder);
  expect(await main(["rules", "--out", "rules"], machine)).toBe(0);
  const paths = machine.printed.out().trim().split("\n");
  for (const path of paths)
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(/interval: \d+[sm]$/gm, "interval: 1s"));
  return paths;
}

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-delivered-"));
  await leave("20261101T020000Z-chat-api-aaaa", false);
  await leave("20261101T030000Z-chat-api-bbbb", false, { trigger: "pull_request" });
  await configure(live.folder, CONFIG);
  await start();
  live.receiver = await startServer();
  // Prometheus tells of one rule after the other: in an interval as short as that takes, a message holds some of them.
  const unhurried = (text: string): string => text.replaceAll("group_interval: 1s", "group_interval: 10s");
  live.alertmanager = await startAlertmanager(join(live.folder, "alertmanager"), live.receiver.url, unhurried);
  const configuration = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: await quickRules(),
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(live.alertmanager.url).host] }] }] },
    scrape_configs: [
      {
        job_name: "chatbench",
        file_sd_configs: [{ files: [join(live.folder, "daemon.json")], refresh_interval: "1s" }],
      },
    ],
  };
  const configFile = join(live.folder, "prometheus.yml");
  await writeFile(configFile, JSON.stringify(configuration));
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("No prometheus on PATH or in .tools/bin: npm run setup unpacks it.");
  const folder = join(live.folder, "prometheus");
  const started = await startPrometheus({ program, folder, configFile, clock: systemClock });
  if ("problem" in started) throw new Error(started.problem);
  live.prometheus = started.prometheus;
  // What fires before Prometheus knows its Alertmanager is told a minute later.
  await vi.waitUntil(knowsAlertmanager, PATIENCE);
  await tellPrometheus();
});

async function knowsAlertmanager(): Promise<boolean> {
  const answer = await fetch(`${live.prometheus.url}/api/v1/alertmanagers`);
  return ((await answer.json()) as { data: { activeAlertmanagers: unknown[] } }).data.activeAlertmanagers.length > 0;
}

afterAll(async () => {
  await live.prometheus.stop();
  await live.alertmanager.stop();
  await live.receiver.close();
  await live.daemon.stop();
  await rm(live.folder, { recursive: true, force: true });
});

const ofRun = (): readonly Message[] =>
  messagesAt(live.receiver).filter(({ groupLabels }) => groupLabels.scenario === "chat-api");

async function answerOf(query: string): Promise<string | undefined> {
  const answer = await fetch(`${live.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return ((await answer.json()) as { data: { result: { value: [number, string] }[] } }).data.result[0]?.value[1];
}

it("a failed night arrives as one message whose links answer, and only that of the schedule", async () => {
  await expect.poll(() => ofRun().length, PATIENCE).toBe(1);
  const [message] = ofRun();
  const alerts = [...(message?.alerts ?? [])].sort((a, b) =>
    (a.labels.alertname ?? "").localeCompare(b.labels.alertname ?? ""),
  );
  expect(alerts.map(({ labels }) => [labels.alertname, labels.trigger])).toEqual(
    ["ErrorRate", "LatencyP95", "LatencyP99"].map((kind) => [`Chatbench${kind}ObjectiveMissed`, "cron"]),
  );
  expect(alerts[1]?.annotations.summary).toBe(
    "P95 latency: objective missed by more than 10 % in the last scheduled run that measured it.",
  );
  expect(alerts[1]?.annotations.description).toBe("chat-api on bot: P95 latency was 300ms, the limit is 200ms.");
  for (const { annotations } of alerts) {
    expect(annotations.dashboard_url).toMatch(
      /^https:\/\/grafana\.example\/d\/chatbench-trends\?var-scenario=chat-api/,
    );
    expect((await fetch(annotations.runbook_url ?? "")).status).toBe(200);
    expect(annotations.report_url).toBe(`${live.daemon.url}/api/v1/runs/20261101T020000Z-chat-api-aaaa/report`);
    expect((await fetch(annotations.report_url ?? "")).status).toBe(200);
  }
});

it("a daemon that is away resolves nothing; a good night does, in one message", async () => {
  await live.daemon.stop();
  await expect.poll(() => answerOf("max(up)"), PATIENCE).toBe("0");
  await expect.poll(() => answerOf("count_over_time(up[5s]) - sum_over_time(up[5s])"), PATIENCE).toBe("5");
  expect(ofRun().map(({ status }) => status)).toEqual(["firing"]);
  await leave("20261102T020000Z-chat-api-cccc", true);
  await start();
  await tellPrometheus();
  await expect.poll(() => ofRun().at(-1)?.status, PATIENCE).toBe("resolved");
  expect(ofRun().map(({ status, alerts }) => [status, alerts.length])).toEqual([
    ["firing", 3],
    ["resolved", 3],
  ]);
});
