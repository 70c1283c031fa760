import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { stackUp, type Stack } from "../../src/stack/index.ts";
import { startDaemon, type TestDaemon } from "../support/daemon.ts";
import { listed } from "../support/daemon-faults.ts";
import { interpolate, labelValues, panelsOf, type Dashboard, type Target } from "../../generate/dashboards/read.ts";
import { ruleFiles } from "../../generate/rules/index.ts";
import { quickConfiguration, soon, writeWorld } from "../support/dashboards-world.ts";
import { MAY_BE_EMPTY, MAY_RECORD_NOTHING } from "../support/empty-panels.ts";
import { dashboards } from "../support/grafana.ts";
import { ROOT } from "../support/k6.ts";
import { knobChatbots, type KnobChatbots } from "../support/knob.ts";
import { query, rulesOf, valuesOfLabel, type Answer, type Series } from "../support/prometheus-api.ts";
import { startServer, type TestServer } from "../support/server.ts";

// Every question of every dashboard to a real Prometheus that has scraped a real daemon, node_exporter and
// blackbox_exporter, and was sent real k6 runs: one good, of answers that take 300 ms; one that misses a limit of 200 ms
// by them; one that fails, throws and drops; one that streams; one that a person stops.
const PATIENCE = { timeout: 90_000, interval: 500 };
const OVER_SECONDS = 300;
/** Five runs, one after the other. */
const STORY_MS = 300_000;

const live = { folder: "", chatbot: "", tookSeconds: [], stop: new AbortController() } as {
  folder: string;
  chatbot: string;
  /** What the handler of 300 ms took, each time: a busy machine ends a timer late. */
  tookSeconds: number[];
  stop: AbortController;
  ended?: Promise<unknown>;
  stack?: Stack;
  daemon?: TestDaemon;
  target?: TestServer;
  chatbots?: KnobChatbots;
};
const prometheus = (): string => live.stack?.prometheus.url ?? "";

async function upStack(): Promise<void> {
  const deps = {
    resultsFolder: join(live.folder, "results"),
    toolsFolder: join(ROOT, ".tools"),
    configFile: await quickConfiguration(live.folder),
    searchPath: process.env.PATH ?? "",
    clock: systemClock,
  };
  live.stack = await new Promise<Stack>((onReady, reject) => {
    live.ended = stackUp(deps, { stop: live.stop.signal, onReady });
    void live.ended.then((how) => reject(new Error(JSON.stringify(how))));
  });
}

const targetsFolder = (): string => join(live.folder, "results/.prometheus/targets");

/** As the daemon beside a stack does. */
async function tellTargets(url: string, target: string): Promise<void> {
  const folder = targetsFolder();
  const urls = { good: `${target}/good`, bad: `${target}/bad`, chatbot: `${live.chatbot}/healthz` };
  const probes = Object.entries(urls).map(([name, probed]) => ({
    targets: [probed],
    labels: { target: name, module: "http_2xx" },
  }));
  await writeFile(join(folder, "chatbench.json"), JSON.stringify([{ targets: [new URL(url).host] }]));
  await writeFile(join(folder, "probes.json"), JSON.stringify(probes));
}

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-dashboards-"));
  live.target = await startServer(({ path, index }, response) => {
    const fails = path.includes("bad") && index % 3 === 0;
    const began = performance.now();
    setTimeout(() => {
      response.writeHead(fails ? 503 : 200).end("{}");
      live.tookSeconds.push((performance.now() - began) / 1000);
    }, 300);
  });
  live.chatbots = await knobChatbots();
  live.chatbot = (await live.chatbots.start([])).url;
  await mkdir(targetsFolder(), { recursive: true });
  await upStack();
});

it("the daemon is scraped, and makes runs: good, slow, bad, streamed, stopped", { timeout: STORY_MS }, async () => {
  const world = { handler: live.target?.url ?? "", chatbot: live.chatbot };
  await writeWorld(live.folder, world);
  live.daemon = await startDaemon(live.folder);
  // One run by the schedule, soon: rules are about scheduled runs.
  await writeWorld(live.folder, { ...world, slowAt: soon() });
  expect((await live.daemon.post("/-/reload")).status).toBe(200);
  await tellTargets(live.daemon.url, live.target?.url ?? "");
  await expect.poll(() => count("chatbench_build_info"), PATIENCE).toBe(1);
  const { start, ended } = live.daemon;
  const ids = [await start("chat"), await start("broken"), await start("streamed")];
  const records: RunRecord[] = [];
  for (const id of ids) records.push(await ended(id));
  expect(records.map(({ state }) => state)).toEqual(["finished", "finished", "finished"]);
  // Whether the streams can be judged depends on how busy the machine is; their series are there all the same.
  expect(records.slice(0, 2).map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
  await expect.poll(() => scheduled(live.daemon), PATIENCE).toEqual([expect.any(String)]);
  const [slow = ""] = await scheduled(live.daemon);
  expect(await ended(slow)).toMatchObject({ scenario: "slow", trigger: "cron", verdict: "fail" });
  const stopped = await start("stopped");
  await expect.poll(() => count('scenario_target_trigger:k6_series:count{scenario="stopped"}'), PATIENCE).toBe(1);
  await live.daemon.post(`/api/v1/runs/${stopped}/abort`);
  expect(await ended(stopped)).toMatchObject({ state: "aborted", verdict: null });
  await expect.poll(() => count("chatbench_newest_run_info"), PATIENCE).toBe(5);
  // The daemon reads uptime back at its own pace.
  await expect.poll(() => count("chatbench_target_uptime_ratio"), PATIENCE).toBe(3);
  await expect
    .poll(() => count("scenario_target_trigger:chatbench_last_run_latency_p95_per_objective:ratio"), PATIENCE)
    .toBeGreaterThan(0);
});

afterAll(async () => {
  await live.daemon?.stop();
  live.stop.abort();
  await live.ended;
  await live.target?.close();
  await live.chatbots?.close();
  await rm(live.folder, { recursive: true, force: true });
});

/** Ids of the runs that the schedule made. */
async function scheduled(daemon: TestDaemon | undefined): Promise<readonly string[]> {
  return daemon === undefined
    ? []
    : (await listed(daemon)).flatMap(({ id, trigger }) => (trigger === "cron" ? [id] : []));
}

async function count(expr: string): Promise<number> {
  const answer = await query(prometheus(), expr);
  return "series" in answer ? answer.series.length : -1;
}

type Values = Readonly<Record<string, string>>;

/** Every choice that a person has: all where several may be chosen, else each. */
async function choicesOf(dashboard: Dashboard): Promise<readonly Values[]> {
  let choices: readonly Values[] = [{}];
  for (const variable of dashboard.templating.list) {
    if (variable.type !== "query") continue;
    const { series, label } = labelValues(variable);
    const next: Values[] = [];
    for (const chosen of choices) {
      const found = await valuesOfLabel(prometheus(), label, interpolate(series, chosen));
      const values = variable.multi ? [variable.allValue ?? ".*"] : found;
      expect([dashboard.uid, variable.name, found.length > 0]).toEqual([dashboard.uid, variable.name, true]);
      next.push(...values.map((value) => ({ ...chosen, [variable.name]: value })));
    }
    choices = next;
  }
  return choices;
}

async function ask(target: Target, values: Values): Promise<Answer> {
  return await query(
    prometheus(),
    interpolate(target.expr, values),
    target.instant === true ? undefined : OVER_SECONDS,
  );
}

describe.each(dashboards().map((dashboard) => [dashboard.uid, dashboard] as const))("%s", (uid, dashboard) => {
  it("has values for every variable, and an answer to every question", async () => {
    const choices = await choicesOf(dashboard);
    const wrong: string[] = [];
    for (const panel of panelsOf(dashboard)) {
      for (const target of panel.targets ?? []) {
        const name = `${uid} / ${panel.title} / ${target.refId}`;
        const answers = await Promise.all(choices.map((values) => ask(target, values)));
        wrong.push(...answers.flatMap((answer) => ("error" in answer ? [`${name}: ${answer.error}`] : [])));
        const series = answers.flatMap(seriesIn);
        if (series.some(notANumber)) wrong.push(`${name}: not a number`);
        if (series.length === 0 && !(name in MAY_BE_EMPTY)) wrong.push(`${name}: empty`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("marks runs at the time at which they began, in milliseconds", async () => {
    const [choice = {}] = await choicesOf(dashboard);
    for (const { expr } of dashboard.annotations.list) {
      const answer = await query(prometheus(), interpolate(expr, choice), OVER_SECONDS);
      const times = seriesIn(answer).flatMap(({ values }) => values);
      expect(times.length).toBeGreaterThan(0);
      expect(times.filter((time) => Math.abs(time - Date.now()) > 600_000)).toEqual([]);
    }
  });
});

/** Series of one query of a panel, everything chosen. */
async function shown(name: string, values: Values): Promise<readonly Series[]> {
  const [uid = "", title = "", refId = ""] = name.split(" / ");
  const panels = dashboards().flatMap((dashboard) => (dashboard.uid === uid ? panelsOf(dashboard) : []));
  const target = panels.find((panel) => panel.title === title)?.targets?.find((one) => one.refId === refId);
  if (target === undefined) throw new Error(`No query ${name}`);
  return seriesIn(await ask(target, values));
}

const EVERYTHING = { job: ".*", scenario: ".*", target: ".*", trigger: ".*" };

it("the table of targets tells pass, fail, no run yet and uptime, each with its numbers", async () => {
  const row = async (refId: string, scenario: string, metric: string): Promise<number | undefined> => {
    const rows = await shown(`chatbench-overview / Performance targets / ${refId}`, EVERYTHING);
    const found = rows.filter((one) => one.metric.scenario === scenario && one.metric.metric === metric);
    expect([scenario, metric, found.length <= 3]).toEqual([scenario, metric, true]);
    return found[0]?.values[0];
  };
  expect(await row("A", "chat", "P95 latency (ms)")).toBe(500);
  expect(ofHandler(((await row("B", "chat", "P50 latency (ms)")) ?? 0) / 1000)).toBe(0.3);
  expect(await row("B", "chat", "P95 latency (ms)")).toBeGreaterThan(280);
  expect(await row("B", "chat", "P95 latency (ms)")).toBeLessThan(400);
  expect(await row("C", "chat", "P95 latency (ms)")).toBe(0);
  expect(await row("A", "broken", "Error rate (%)")).toBe(1);
  expect(await row("B", "broken", "Error rate (%)")).toBeGreaterThan(20);
  expect(await row("C", "broken", "Error rate (%)")).toBe(2);
  expect(await row("C", "broken", "Concurrent users")).toBe(4);
  expect(await row("A", "slow", "P95 latency (ms)")).toBe(200);
  expect(await row("B", "slow", "P95 latency (ms)")).toBeGreaterThan(280);
  expect(await row("C", "slow", "P95 latency (ms)")).toBe(2);
  expect(await row("C", "slow", "Error rate (%)")).toBe(0);
  expect(await row("A", "waiting", "P95 latency (ms)")).toBe(500);
  expect(await row("B", "waiting", "P95 latency (ms)")).toBeUndefined();
  expect(await row("C", "waiting", "P95 latency (ms)")).toBe(5);
  expect(await row("A", "(all)", "Uptime (%)")).toBeCloseTo(99.9, 6);
  expect([0, 1, 2, 3]).toContain(await row("C", "(all)", "Uptime (%)"));
});

/** 0.3 where a median reads 0.28 to 0.33 s of a handler that takes 0.3 s (or as much more as it took here); else itself. */
function ofHandler(seconds: number): number {
  const took = [...live.tookSeconds].sort((a, b) => a - b)[Math.floor(live.tookSeconds.length / 2)] ?? 0.3;
  const read = (seconds / took) * 0.3;
  return read > 0.28 && read < 0.33 ? 0.3 : seconds;
}

it("a handler of 300 ms reads 0.28 to 0.33 s, in the gauge and in the estimate; estimates lie within a bucket of the truth", async () => {
  const [run = ""] = await valuesOfLabel(prometheus(), "testid", 'k6_vus{chatbench_scenario="chat"}');
  const chosen = { ...EVERYTHING, run, scenario: "chat" };
  const first = async (name: string): Promise<number> => (await shown(name, chosen))[0]?.values.at(-1) ?? Number.NaN;
  // The median: it is what the handler takes. The tail is what a busy machine adds to it.
  for (const name of ["chatbench-trends / P50 latency / A", "chatbench-trends / Chosen runs / A"])
    expect([name, ofHandler(await first(name))]).toEqual([name, 0.3]);
  // k6's native histograms have 8 buckets for each doubling: an estimate is off by 9.05 % at most, up or down.
  const [estimate, exact] = [
    await first("chatbench-run / P95 latency (estimate) / A"),
    await first("chatbench-trends / P95 latency / A"),
  ];
  const off = Math.max(estimate / exact, exact / estimate);
  expect([estimate, exact, off < 2 ** (1 / 8) + 0.01]).toEqual([estimate, exact, true]);
  expect(await first("chatbench-run / Failed requests / A")).toBe(0);
});

it("no run makes a thousand series: neither of our scripts nor of one with groups, checks and exceptions", async () => {
  const answer = await query(prometheus(), "max_over_time(scenario_target_trigger:k6_series:count[5m])");
  const counts = seriesIn(answer).map(({ metric, values }) => [metric.scenario, values[0]]);
  expect(counts.map(([name]) => name).sort()).toEqual(["broken", "chat", "slow", "stopped", "streamed"]);
  expect(counts.filter(([, series]) => !(Number(series) > 10 && Number(series) < 1000))).toEqual([]);
});

it("every shipped rule is evaluated well, and every recorded series is there and a number", async () => {
  const rules = await rulesOf(prometheus());
  const shipped = ruleFiles().flatMap(({ text }) =>
    (parse(text) as { groups: { rules: { record?: string; alert?: string }[] }[] }).groups.flatMap(
      (group) => group.rules,
    ),
  );
  const namesOf = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name).sort();
  expect(namesOf(rules)).toEqual(namesOf(shipped.map(({ record, alert }) => ({ name: record ?? alert ?? "" }))));
  expect(rules.filter(({ health, lastError = "" }) => health !== "ok" || lastError !== "")).toEqual([]);
  const recorded = [...new Set(rules.filter(({ type }) => type === "recording").map(({ name }) => name))];
  // Some are of runs at work, and end with them; the burn of an hour wants probes of a minute.
  const ask = async (name: string) => seriesIn(await query(prometheus(), `last_over_time(${name}[15m])`));
  for (const name of recorded.filter((one) => !(one in MAY_RECORD_NOTHING)))
    await expect.poll(() => ask(name), { ...PATIENCE, message: name }).not.toEqual([]);
  expect((await Promise.all(recorded.map(ask))).flat().filter(notANumber)).toEqual([]);
  expect(Object.keys(MAY_RECORD_NOTHING).filter((name) => !rules.some((rule) => rule.name === name))).toEqual([]);
});

it("only panels that exist are excused for being empty", () => {
  const names = dashboards().flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId }) => `${dashboard.uid} / ${title} / ${refId}`),
    ),
  );
  expect(Object.keys(MAY_BE_EMPTY).filter((name) => !names.includes(name))).toEqual([]);
});

function seriesIn(answer: Answer): readonly Series[] {
  return "series" in answer ? answer.series : [];
}

function notANumber({ values }: Series): boolean {
  return values.some((value) => !Number.isFinite(value));
}
