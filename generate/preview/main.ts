/**
 * `npm run preview`: draws every dashboard from real answers of a real Prometheus, as near to Grafana as a plain page
 * comes, into docs/images/. The runs of today are real runs of k6; those of the month before are sample data.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findRoot } from "../root.ts";
import { readDashboards, type Dashboard } from "../dashboards/read.ts";
import { freePort } from "../../src/platform/network.ts";
import { backfill } from "./backfill.ts";
import { configuration, RUNS, SCENARIOS, TARGETS } from "./configuration.ts";
import { viewOf } from "./dashboard-view.ts";
import { ask } from "./prometheus.ts";
import { DAYS, sampleRuns } from "./sample-runs.ts";
import { probeLines } from "./sample-probes.ts";
import { gaugeLines, type Past } from "./sample-series.ts";
import { shoot } from "./shoot.ts";
import { makeWorld, runAll, until, writeRecords, type World } from "./world.ts";
import type { RunRecord } from "../../src/model/index.ts";

const NOTE =
  "Preview drawn by `npm run preview` from real answers of Prometheus, not by Grafana. Today's runs are real; the month before is sample data.";
const DAY = 86_400;
const say = (text: string): void => console.error(`preview: ${text}`);

const root = findRoot();

async function preview({ folder, start }: World): Promise<void> {
  const redis = `redis://127.0.0.1:${String(await startRedis(start))}`;
  const chatbots = await startChatbots(start, redis);
  await writeFile(join(folder, "chatbench.yml"), configuration({ chatbots, redis }));
  await makePast(folder);
  const prometheusUrl = await startStack(start);
  await start(["src/main.js", "serve", "--listen", "127.0.0.1:0"], "ready at");
  // What was counted before the first scrape would be missing in every increase.
  await until("the first scrape", () => there(prometheusUrl, 'chatbench_build_info{instance!="sample"}'));
  say("runs of k6, some minutes");
  const began = Date.now() / 1000;
  const records = await runAll(folder, RUNS);
  for (const { scenario, verdict, reason } of records) say(`${scenario}: ${String(verdict)} ${reason?.text ?? ""}`);
  await settled(prometheusUrl);
  const views = await Promise.all(
    readDashboards(join(root, "grafana/dashboards")).map((dashboard) =>
      viewOf(dashboard, { prometheusUrl, note: NOTE, ...shownOf(dashboard, { records, began }) }),
    ),
  );
  const images = join(root, "docs/images");
  await mkdir(images, { recursive: true });
  for (const path of await shoot(views, images)) say(path);
}

/** For the figures of its cache; persistence off, as the methodology has it. */
async function startRedis(start: World["start"]): Promise<number> {
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  await start(["redis-server", ...flags], "Ready to accept connections");
  return port;
}

async function startChatbots(start: World["start"], redis: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const { name, flags } of TARGETS) {
    const line = await start(["demo/main.js", "--chatbot-port", "0", "--provider-port", "0", ...flags], "ready", {
      ...(name === "chatbot" ? { REDIS_URL: redis } : {}),
    });
    found[name] = (JSON.parse(line) as { chatbot: string }).chatbot;
  }
  return found;
}

const dataFolder = (folder: string): string => join(folder, "results/.prometheus/data");
const toolsOf = (folder: string) => ({
  ...{ promtool: join(root, ".tools/bin/promtool"), workFolder: folder },
  dataFolder: dataFolder(folder),
});

async function makePast(folder: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const runs = sampleRuns(SCENARIOS, now * 1000);
  const past: Past = { scenarios: SCENARIOS, runs, now, targets: TARGETS.map(({ name }) => name) };
  say(`${String(runs.length)} sample runs of ${String(DAYS)} days`);
  await writeRecords(folder, runs);
  await mkdir(dataFolder(folder), { recursive: true });
  await backfill(toolsOf(folder), gaugeLines(past));
  await backfill(toolsOf(folder), probeLines(past));
}

async function startStack(start: World["start"]): Promise<string> {
  const line = await start(["src/main.js", "stack", "up"], "Prometheus is ready at");
  return line.slice(line.lastIndexOf(" ") + 1);
}

/** Scraped, recorded, and read back by the daemon; and Prometheus has looked at the blocks from before. */
async function settled(url: string): Promise<void> {
  say("waiting for scrapes and rules");
  for (const expr of [
    `count(chatbench_newest_run_info{trigger="manual"}) >= ${String(RUNS.length)}`,
    'scenario_target_trigger:chatbench_last_run_latency_p95_per_objective:ratio{trigger="manual"}',
    "chatbench_target_uptime_ratio",
    "target:uptime_budget_remaining:ratio",
  ])
    await until(expr, () => there(url, expr));
}

async function there(url: string, expr: string): Promise<true | undefined> {
  return (await ask(url, expr, Date.now() / 1000)).length > 0 ? true : undefined;
}

interface Live {
  readonly records: readonly RunRecord[];
  /** Unix seconds. */
  readonly began: number;
}

/** What a person would choose: the usual span, but for the dashboards of what happens now. */
function shownOf({ uid, time }: Dashboard, { records, began }: Live) {
  const now = Date.now() / 1000;
  const [first] = records;
  if (uid === "chatbench-run" && first !== undefined) {
    const span = { from: Date.parse(first.started_at) / 1000 - 5, to: Date.parse(first.ended_at) / 1000 + 5 };
    return { ...span, chosen: { scenario: first.scenario, run: first.id }, rangeText: "the time of the run" };
  }
  if (uid === "chatbench-itself" || uid === "chatbench-resources")
    return { from: began - 30, to: now, chosen: {}, rangeText: "the last minutes" };
  const days = Number(/^now-(\d+)d$/.exec(time.from)?.[1] ?? Number.NaN);
  if (Number.isNaN(days)) throw new Error(`${uid}: the preview does not know the span ${time.from}.`);
  return { from: now - days * DAY, to: now, chosen: {}, rangeText: `the last ${String(days)} days` };
}

const world = await makeWorld(root);
try {
  await preview(world);
} finally {
  await world.end();
}
