import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { interpolate, panelsOf, type Panel } from "../../generate/dashboards/read.ts";
import { createExporter, type ExporterFacts } from "../../src/exporter/index.ts";
import { MEASUREMENTS } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/index.ts";
import { fullFacts, latestOf, manyFacts, record, scenario } from "../support/exporter-facts.ts";
import { dashboards } from "../support/grafana.ts";
import { ROOT } from "../support/k6.ts";
import { query, type Series } from "../support/prometheus-api.ts";

// Fifty scenarios, each run by schedule and by hand: what a page of the daemon tells of them, scraped by a real Prometheus.
const SCENARIOS = 50;
const SERIES = 2 * SCENARIOS;
/** After the start of every other run. */
const LATER = "2026-11-24T02:00:00.000Z";
const PATIENCE = { timeout: 60_000, interval: 200 };
const live = { folder: "", servers: [] } as { folder: string; servers: Server[]; prometheus?: RunningPrometheus };

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-many-"));
  await mkdir(join(live.folder, "data/targets"), { recursive: true });
  await addDaemon(manyFacts(SCENARIOS));
  const program = (await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"))) ?? "";
  const place = { folder: join(live.folder, "data"), configFile: await quickConfiguration(), parts: {} };
  const started = await startPrometheus({ program, clock: systemClock, ...place });
  if ("problem" in started) throw new Error(started.problem);
  live.prometheus = started.prometheus;
});

afterAll(async () => {
  await live.prometheus?.stop();
  for (const server of live.servers) server.close();
  await rm(live.folder, { recursive: true, force: true });
});

/** One more page that Prometheus scrapes. */
async function addDaemon(facts: ExporterFacts): Promise<void> {
  const exporter = createExporter({ facts: () => facts, clock: systemClock, version: "0.1.0", ofProcess: false });
  const server = createServer((_, response) => {
    void exporter.render().then(({ contentType, text }) => response.setHeader("content-type", contentType).end(text));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  live.servers.push(server);
  const ports = live.servers.map((one) => String((one.address() as AddressInfo).port));
  const targets = [{ targets: ports.map((port) => `127.0.0.1:${port}`) }];
  await writeFile(join(live.folder, "data/targets/chatbench.json"), JSON.stringify(targets));
}

/** The shipped files, each second in the place of each quarter or half of a minute. */
async function quickConfiguration(): Promise<string> {
  const folder = join(live.folder, "prometheus");
  await cp(join(ROOT, "prometheus"), folder, { recursive: true });
  const rules = (await readdir(join(folder, "rules"))).filter((name) => name.endsWith(".yml"));
  for (const name of ["prometheus.yml", ...rules.map((rule) => join("rules", rule))]) {
    const text = await readFile(join(folder, name), "utf8");
    const quick = text
      .replaceAll(/(interval: )(?:15s|30s|2m)/g, "$11s")
      .replace("scrape_timeout: 10s", "scrape_timeout: 1s");
    await writeFile(join(folder, name), quick);
  }
  return join(folder, "prometheus.yml");
}

const CHOSEN = { job: ".*", scenario: ".*", target: ".*", trigger: ".*", run: ".*", instance: ".*" };

async function answerTo(expr: string): Promise<readonly Series[]> {
  const answer = await query(live.prometheus?.url ?? "", interpolate(expr, CHOSEN));
  if ("error" in answer) throw new Error(`${answer.error}: ${expr}`);
  return answer.series;
}

const seriesOf = async (expr: string): Promise<number> => (await answerTo(expr)).length;

/** What a person can still read: one number, ten bars, a line for each scenario and trigger, rows that scroll. */
const MOST: Readonly<Record<string, number>> = {
  ...{ stat: 1, bargauge: 10, timeseries: SERIES, "state-timeline": SERIES, heatmap: 1 },
  // A row for each measurement that somebody sets a target for: here all of them, and uptime.
  table: SERIES * Object.keys(MEASUREMENTS).length + SCENARIOS,
};

it("with fifty scenarios every panel has what a person can read, and the panels of all of them have all", async () => {
  const share = "scenario_target_trigger:chatbench_last_run_latency_p95_per_objective:ratio";
  await expect.poll(() => seriesOf(share), PATIENCE).toBe(SERIES);
  const wrong: string[] = [];
  for (const dashboard of dashboards())
    for (const panel of panelsOf(dashboard)) wrong.push(...(await tooMany(dashboard.uid, panel)));
  expect(wrong).toEqual([]);
  const rows = await seriesOf(targetOf("Performance targets", "C"));
  expect(rows).toBeGreaterThanOrEqual(SERIES);
  expect(await seriesOf(targetOf("Nearest to their limits", "A"))).toBe(10);
  expect(await seriesOf(targetOf("P95 latency", "A"))).toBe(SERIES);
});

async function tooMany(uid: string, { title, type, targets = [] }: Panel): Promise<readonly string[]> {
  const found = await Promise.all(targets.map(async ({ refId, expr }) => [refId, await seriesOf(expr)] as const));
  const most = MOST[type] ?? 0;
  return found.flatMap(([refId, count]) =>
    count > most ? [`${uid} / ${title} / ${refId}: ${String(count)} series`] : [],
  );
}

function targetOf(title: string, refId: string): string {
  const panels = dashboards().flatMap(panelsOf);
  const found = panels.find((panel) => panel.title === title)?.targets?.find((one) => one.refId === refId);
  if (found === undefined) throw new Error(`No query ${title} / ${refId}`);
  return found.expr;
}

it("two daemons that know of different nights for a moment: each table has one row a run, all of the newer", async () => {
  const chat = scenario("chat-0");
  const reason = { code: "too_few_samples", text: "Too few samples." } as const;
  const older = record({ scenario: "chat-0", id: "chat-0-id", verdict: "warning" });
  const newer = record({ scenario: "chat-0", id: "chat-0-newer", verdict: "fail", reason, started_at: LATER });
  await addDaemon(fullFacts({ scenarios: [chat], latest: latestOf([older, newer]) }));
  await expect.poll(() => seriesOf('count by (run_id) (chatbench_last_run_info{scenario="chat-0"})'), PATIENCE).toBe(2);
  const rows = async (title: string, refId: string): Promise<readonly Series[]> =>
    (await answerTo(targetOf(title, refId))).filter(
      ({ metric }) => metric.scenario === "chat-0" && metric.trigger === "cron",
    );
  for (const [title, refId] of [
    ["Newest runs", "A"],
    ["Performance targets", "C"],
    ["Newest runs with something to say", "A"],
  ] as const) {
    const runs = (await rows(title, refId)).map(({ metric }) => metric.run_id);
    expect([title, [...new Set(runs)]]).toEqual([title, ["chat-0-newer"]]);
  }
  expect(await rows("Newest runs", "A")).toHaveLength(1);
  expect((await rows("Verdict of the last judged run", "A")).map(({ values }) => values.at(-1))).toEqual([2]);
});
