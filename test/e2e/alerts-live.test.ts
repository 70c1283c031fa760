import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createExporter, type ExporterFacts } from "../../src/exporter/index.ts";
import type { ObjectiveResult, RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/prometheus.ts";
import type { RunningPart } from "../../src/stack/part.ts";
import { messagesAt, startAlertmanager } from "../support/alertmanager.ts";
import { fullFacts, latestOf, record } from "../support/exporter-facts.ts";
import { startServer, type TestServer } from "../support/server.ts";

const ROOT = join(import.meta.dirname, "../..");
const RULES = join(ROOT, "prometheus/rules");
const PATIENCE = { timeout: 60_000, interval: 250 };

const live = { folder: "", facts: fullFacts(), port: 0, scrapes: 0 } as {
  folder: string;
  facts: ExporterFacts;
  port: number;
  scrapes: number;
  daemon?: Server;
  prometheus?: RunningPrometheus;
  receiver: TestServer;
  alertmanager: RunningPart;
};

/** A new process, as far as Prometheus can tell: an exporter that knows nothing but the facts it is given. */
async function startDaemon(): Promise<void> {
  const exporter = createExporter({ facts: () => live.facts, version: "0.1.0", clock: systemClock, ofProcess: false });
  live.daemon = createServer((_, response) => {
    void exporter.render().then(({ contentType, text }) => {
      live.scrapes += 1;
      response.writeHead(200, { "Content-Type": contentType }).end(text);
    });
  }).listen(live.port, "127.0.0.1");
  await once(live.daemon, "listening");
  live.port = (live.daemon.address() as AddressInfo).port;
}

async function stopDaemon(): Promise<void> {
  live.daemon?.closeAllConnections();
  live.daemon?.close();
  await (live.daemon && once(live.daemon, "close"));
}

/** The shipped rules, looked at each second, so that the test need not wait half a minute for each step. */
async function quickRules(): Promise<readonly string[]> {
  const names = readdirSync(RULES).filter((name) => name.endsWith(".yml"));
  return Promise.all(
    names.map(async (name) => {
      const path = join(live.folder, name);
      await writeFile(path, (await readFile(join(RULES, name), "utf8")).replaceAll("interval: 30s", "interval: 1s"));
      return path;
    }),
  );
}

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-alerts-"));
  live.facts = night([record()]);
  await startDaemon();
  live.receiver = await startServer();
  live.alertmanager = await startAlertmanager(join(live.folder, "alertmanager"), live.receiver.url);
  const configuration = {
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(live.alertmanager.url).host] }] }] },
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: await quickRules(),
    scrape_configs: [{ job_name: "chatbench", static_configs: [{ targets: [`127.0.0.1:${live.port}`] }] }],
  };
  const configFile = join(live.folder, "prometheus.yml");
  await writeFile(configFile, JSON.stringify(configuration));
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("No prometheus on PATH or in .tools/bin: npm run setup unpacks it.");
  const started = await startPrometheus({ program, folder: join(live.folder, "data"), configFile, clock: systemClock });
  if ("problem" in started) throw new Error(started.problem);
  live.prometheus = started.prometheus;
});

afterAll(async () => {
  await live.prometheus?.stop();
  await live.alertmanager.stop();
  await live.receiver.close();
  await stopDaemon();
  await rm(live.folder, { recursive: true, force: true });
});

const missed: ObjectiveResult = {
  ...{ measurement: "latency_p95", condition: "< 200ms", limit: 0.2, value: 0.231 },
  ...{ verdict: "fail", reason: "It was missed." },
};
const good = record({ objectives: [{ ...missed, verdict: "pass", value: 0.183 }] });
const bad = record({
  ...{ id: "20261124T020000Z-chat-api-aaaa", verdict: "fail", objectives: [missed] },
  measurements: { latency_p95: { value: 0.231, unit: "s", samples: 1000 } },
});
const invalid = record({
  ...{ id: "20261125T020000Z-chat-api-bbbb", verdict: "invalid", measurements: {}, objectives: [] },
  reason: { code: "too_few_samples", text: "Too few samples." },
});

function night(runs: readonly RunRecord[]): ExporterFacts {
  const far = Date.now() + 86_400_000;
  const facts = fullFacts({ latest: latestOf(runs) });
  return {
    ...facts,
    scenarios: facts.scenarios.map((scenario) =>
      scenario.schedule === undefined ? scenario : { ...scenario, schedule: { ...scenario.schedule, deadline: far } },
    ),
  };
}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${live.prometheus?.url ?? ""}${path}`);
  return ((await answer.json()) as { data: T }).data;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

/** Names of the alerts that fire, without the one that always does. */
async function firing(): Promise<readonly string[]> {
  const { alerts } = await ask<{ alerts: readonly Alert[] }>("/api/v1/alerts");
  const names = alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname ?? "");
  return names.filter((name) => name !== "ChatbenchWatchdog").sort();
}

/** Waits until Prometheus has scraped the facts that hold now, and looked at its rules afterwards. */
async function scraped(): Promise<void> {
  const before = live.scrapes;
  await expect.poll(() => live.scrapes, PATIENCE).toBeGreaterThan(before + 3);
}

it("a real Prometheus scrapes the page, and no rule has an error", async () => {
  await scraped();
  const up = await ask<{ result: { value: [number, string] }[] }>("/api/v1/query?query=up");
  expect(up.result.map(({ value }) => value[1])).toEqual(["1"]);
  const { groups } = await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>(
    "/api/v1/rules",
  );
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter(({ health }) => health === "err")).toEqual([]);
  expect(await firing()).toEqual([]);
});

it("a failed night fires with its numbers; an invalid one and a restart resolve nothing; a good one does", async () => {
  live.facts = night([good, bad]);
  await expect.poll(firing, PATIENCE).toEqual(["ChatbenchLatencyP95ObjectiveMissed"]);
  const { alerts } = await ask<{ alerts: readonly Alert[] }>("/api/v1/alerts");
  const alert = alerts.find(({ labels }) => labels.alertname === "ChatbenchLatencyP95ObjectiveMissed");
  expect(alert?.labels.severity).toBe("warning");
  expect(alert?.annotations.description).toBe("chat-api on chatbot: P95 latency was 231ms, the limit is 200ms.");
  expect(alert?.annotations.report_url).toBe(`http://127.0.0.1:8640/api/v1/runs/${bad.id}/report`);

  live.facts = night([good, bad, invalid]);
  const both = ["ChatbenchLatencyP95ObjectiveMissed", "ChatbenchRunInvalid"];
  await expect.poll(firing, PATIENCE).toEqual(both);

  await stopDaemon();
  const down = async (): Promise<string | undefined> =>
    (await ask<{ result: { value: [number, string] }[] }>("/api/v1/query?query=up")).result[0]?.value[1];
  await expect.poll(down, PATIENCE).toBe("0");
  expect(await firing()).toEqual(both);
  live.facts = JSON.parse(JSON.stringify(live.facts)) as ExporterFacts;
  await startDaemon();
  await scraped();
  expect(await firing()).toEqual(both);

  live.facts = night([good, bad, invalid, record({ ...good, id: "20261126T020000Z-chat-api-cccc" })]);
  await expect.poll(firing, PATIENCE).toEqual([]);
});

/** Of its own, so that nothing of the other tests is still under way to anybody. */
const OTHER = "chat-socket";

/** Each message on that scenario: what it says, and of which alerts. */
const told = (): readonly string[] =>
  messagesAt(live.receiver)
    .filter(({ groupLabels }) => groupLabels.scenario === OTHER)
    .map(({ status, alerts }) => `${status} ${alerts.map(({ labels }) => labels.alertname ?? "").join(" ")}`);

/** Waits until an alert says this, and its rule was looked at a few times since. */
async function says(description: string): Promise<void> {
  const said = async (): Promise<readonly string[]> => {
    const { alerts } = await ask<{ alerts: readonly Alert[] }>("/api/v1/alerts");
    return alerts.map(({ annotations }) => annotations.description ?? "");
  };
  await expect.poll(said, PATIENCE).toContainEqual(expect.stringContaining(description));
  await scraped();
}

it("68: the same regression every night is one open notice; that it goes on is another; a flapping one is told each time", async () => {
  const nightAt = (day: number, p95: number): RunRecord => {
    const slow = { latency_p95: { value: p95, unit: "s", samples: 1000 } } as const;
    const id = `202612${String(day).padStart(2, "0")}T020000Z-${OTHER}-dddd`;
    if (p95 < missed.limit) return record({ ...good, id, scenario: OTHER });
    return record({ ...bad, id, scenario: OTHER, objectives: [{ ...missed, value: p95 }], measurements: slow });
  };
  const nights = [nightAt(1, 0.1), nightAt(2, 0.25)];
  live.facts = night(nights);
  await expect.poll(told, PATIENCE).toEqual(["firing ChatbenchLatencyP95ObjectiveMissed"]);

  nights.push(nightAt(3, 0.26));
  live.facts = night(nights);
  const both = ["firing ChatbenchLatencyP95ObjectiveMissed", "firing ChatbenchObjectiveMissedRepeatedly"];
  await expect.poll(told, PATIENCE).toEqual(both);

  for (const [day, p95] of [
    [4, 0.27],
    [5, 0.28],
  ] as const) {
    nights.push(nightAt(day, p95));
    live.facts = night(nights);
    await says(`the last ${String(day - 1)} judged scheduled runs`);
  }
  expect(told()).toEqual(both);

  nights.push(nightAt(6, 0.1));
  live.facts = night(nights);
  const resolved = ["resolved ChatbenchLatencyP95ObjectiveMissed", "resolved ChatbenchObjectiveMissedRepeatedly"];
  await expect.poll(() => [...told().slice(2)].sort(), PATIENCE).toEqual(resolved);

  nights.push(nightAt(7, 0.29));
  live.facts = night(nights);
  await expect.poll(() => told().slice(4), PATIENCE).toEqual(["firing ChatbenchLatencyP95ObjectiveMissed"]);
});
