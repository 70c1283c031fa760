import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readUptime } from "../../src/collect/uptime.ts";
import { announceProbes } from "../../src/daemon/announce.ts";
import type { Log } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { freePort } from "../../src/platform/network.ts";
import { stackUp, type Stack } from "../../src/stack/index.ts";
import { main } from "../../src/main.ts";
import { createRecords } from "../../src/record/index.ts";
import { passing } from "../fixtures/records/runs.ts";
import { startDaemon, type TestDaemon } from "../support/daemon.ts";
import { testMachine } from "../support/machine.ts";

// The shipped configurations and real programs; only the interval of the probe job is shorter.
const ROOT = resolve(import.meta.dirname, "../..");
const PATIENCE = { timeout: 30_000, interval: 50 };
const WINDOW_SECONDS = 120;

interface Target {
  readonly server: Server;
  readonly url: string;
  isUp: boolean;
  /** Probes that it answered, and those that it did not. */
  answered: number;
  refused: number;
}

const test = { folder: "", stops: [] as (() => Promise<unknown>)[] };

beforeEach(async () => {
  test.folder = await mkdtemp(join(tmpdir(), "chatbench-uptime-"));
  await cp(join(ROOT, "prometheus"), join(test.folder, "prometheus"), { recursive: true });
  const file = join(test.folder, "prometheus/prometheus.yml");
  const text = await readFile(file, "utf8");
  const job = "- job_name: chatbench-probe\n    scrape_interval: 15s";
  if (!text.includes(job)) throw new Error("prometheus.yml has no probe job each 15 s any more");
  await writeFile(
    file,
    text.replace(job, `- job_name: chatbench-probe\n    scrape_timeout: 200ms\n    scrape_interval: 200ms`),
  );
});

afterEach(async () => {
  for (const stop of test.stops.splice(0).reverse()) await stop();
  await rm(test.folder, { recursive: true, force: true });
});

const nothing = (): void => undefined;
const silentLog: Log = { info: nothing, warn: nothing, error: nothing };

const results = (): string => join(test.folder, "results");

async function startTarget(): Promise<Target> {
  const server = createServer((request, response) => {
    if (target.isUp) target.answered += 1;
    else target.refused += 1;
    if (target.isUp) response.writeHead(404).end("only messages are answered here");
    else request.socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const target: Target = { server, url, isUp: true, answered: 0, refused: 0 };
  test.stops.push(() => Promise.resolve(server.close()));
  return target;
}

async function startStack(): Promise<{ readonly stack: Stack; readonly stop: () => Promise<unknown> }> {
  const life = new AbortController();
  const deps = {
    ...{ resultsFolder: results(), toolsFolder: join(ROOT, ".tools"), searchPath: process.env.PATH ?? "" },
    ...{ configFile: join(test.folder, "prometheus/prometheus.yml"), clock: systemClock },
  };
  let end: ReturnType<typeof stackUp> | undefined;
  const stack = await new Promise<Stack>((onReady, reject) => {
    end = stackUp(deps, { stop: life.signal, onReady });
    void end.then((how) => reject(new Error(JSON.stringify(how))), reject);
  });
  const stop = async (): Promise<unknown> => {
    life.abort();
    return await end;
  };
  test.stops.push(stop);
  return { stack, stop };
}

const probe = (targets: readonly Target[]): Promise<void> =>
  announceProbes(
    results(),
    targets.map(({ url }) => ({ targets: [url], labels: { target: "bot", module: "http_answers" } })),
    silentLog,
  );

it("equals what was done to the target, a Prometheus that restarts is a gap and no downtime", async () => {
  const target = await startTarget();
  await probe([target]);
  const first = await startStack();
  await expect.poll(() => target.answered, PATIENCE).toBeGreaterThan(20);
  target.isUp = false;
  await expect.poll(() => target.refused, PATIENCE).toBeGreaterThan(9);
  target.isUp = true;
  await first.stop();
  const before = target.answered;
  const { stack } = await startStack();
  await expect.poll(() => target.answered, PATIENCE).toBeGreaterThan(before + 20);
  // Nobody asks any more, so that both sides have counted the same.
  await probe([]);
  const { url } = stack.prometheus;
  const asked = (): number => target.answered + target.refused;
  const seen = { asked: -1 };
  await expect
    .poll(() => [seen.asked, (seen.asked = asked())].every((count) => count === asked()), {
      ...PATIENCE,
      interval: 1_000,
    })
    .toBe(true);

  const read = await readUptime({ url, windowSeconds: WINDOW_SECONDS });
  if ("problem" in read) throw new Error(read.problem);
  const reading = read.byTarget.get("bot");
  // One probe may have been under way when Prometheus was stopped.
  expect(asked() - (reading?.probes ?? 0)).toBeLessThanOrEqual(1);
  expect((reading?.probes ?? 0) - (reading?.answered ?? 0)).toBe(target.refused);
});

it("asks how often the job asks", async () => {
  const target = await startTarget();
  await probe([target]);
  const { stack } = await startStack();
  await expect.poll(() => target.answered, PATIENCE).toBeGreaterThan(3);
  const read = await readUptime({ url: stack.prometheus.url, windowSeconds: WINDOW_SECONDS });
  expect("byTarget" in read && read.byTarget.get("bot")).toMatchObject({ intervalSeconds: 0.2 });
});

it("is told by the daemon on /metrics and beside its scenarios, before enough was measured without a verdict", async () => {
  const target = await startTarget();
  await probe([target]);
  await startStack();
  await expect.poll(() => target.answered, PATIENCE).toBeGreaterThan(10);
  const daemon = await startDaemonAt(target.url, `uptime: { objective: ">= 99.9%", window: 1h }`);
  await expect.poll(() => daemon.metrics(), PATIENCE).toContain('chatbench_target_uptime_ratio{target="bot"} 1\n');
  const page = await daemon.metrics();
  expect(page).toContain('chatbench_objective_uptime_ratio{target="bot"} 0.999\n');
  expect(page).toMatch(/chatbench_target_uptime_coverage_ratio\{target="bot"\} 0\.00\d+\n/);
  expect(await uptimeOf(daemon)).toMatchObject({ condition: ">= 99.9%", verdict: "invalid", value: 1 });
  expect((await uptimeOf(daemon)).reason).toMatch(
    /^100 % of \d+ probes answered, measured over \d+ s so far, of 1 h\./,
  );
  // The list for Prometheus is the same, by file and by HTTP, and outlives the daemon.
  const byHttp: unknown = await (await daemon.get("/api/v1/sd/probes")).json();
  expect(byHttp).toEqual([{ targets: [target.url], labels: { target: "bot", module: "http_answers" } }]);
  // The tables of a run show the same, in the terminal and on the pages.
  await saveRun();
  expect(await printed("show", "latest")).toMatch(/^Uptime +>= 99.9% +100 % +---- Not judged$/m);
  expect(await overviewAgain()).toMatch(/Uptime<[^]*100 %/);
  expect(await daemon.stop()).toBe(0);
  expect(JSON.parse(await readFile(join(results(), ".prometheus/targets/probes.json"), "utf8"))).toEqual(byHttp);
});

it("fails at once when a window can no longer be saved", async () => {
  const target = await startTarget();
  target.isUp = false;
  await probe([target]);
  await startStack();
  await expect.poll(() => target.refused, PATIENCE).toBeGreaterThan(10);
  const daemon = await startDaemonAt(target.url, `uptime: { objective: ">= 99.9%", window: 1m }`);
  await expect.poll(async () => (await uptimeOf(daemon)).verdict, PATIENCE).toBe("fail");
  expect(await daemon.metrics()).toContain('chatbench_target_uptime_ratio{target="bot"} 0\n');
});

it.each([
  ["", /^There is no Prometheus to ask: `chatbench stack up` starts one/],
  ["nobody", /^Prometheus at http:\/\/127\.0\.0\.1:\d+ could not be asked: ECONNREFUSED\.$/],
])("without a Prometheus (%s) it is not measured, with the reason", async (other, reason) => {
  const more = other === "" ? "" : `prometheus: { url: "http://127.0.0.1:${String(await freePort())}" }\n`;
  const daemon = await startDaemonAt("http://127.0.0.1:9", 'uptime: ">= 99.9%"', more);
  await expect.poll(async () => (await uptimeOf(daemon)).reason, PATIENCE).toMatch(reason);
  expect(await uptimeOf(daemon)).not.toHaveProperty("value");
  const page = await daemon.metrics();
  expect(page).not.toContain("chatbench_target_uptime_ratio{");
  expect(page).toContain('chatbench_objective_uptime_ratio{target="bot"} 0.999\n');
  await saveRun();
  expect(await printed("show", "latest")).toMatch(/^Uptime +>= 99.9% +- +---- Not measured$/m);
  expect(await overviewAgain()).toContain("Not measured");
});

/** A run of the scenario that passed. */
async function saveRun(): Promise<void> {
  const run = { ...passing().record, scenario: "one", target: "bot" };
  const saved = await createRecords(results()).save(run);
  if (saved.problem !== undefined) throw new Error(saved.problem.text);
}

async function printed(...command: string[]): Promise<string> {
  const machine = testMachine(test.folder);
  expect(await main(command, machine)).toBe(0);
  return machine.printed.out();
}

async function overviewAgain(): Promise<string> {
  const path = (await printed("report")).trim();
  return await readFile(path, "utf8");
}

async function startDaemonAt(baseUrl: string, keys: string, more = ""): Promise<TestDaemon> {
  await cp(join(ROOT, "load_tests"), join(test.folder, "load_tests"), { recursive: true });
  const scenario = "{ script: load_tests/k6_api_test.ts, target: bot, pattern: smoke }";
  const text = `targets:\n  bot:\n    base_url: ${baseUrl}\n    ${keys}\nscenarios:\n  one: ${scenario}\n${more}`;
  await writeFile(join(test.folder, "chatbench.yml"), text);
  const daemon = await startDaemon(test.folder);
  test.stops.push(() => daemon.stop());
  return daemon;
}

interface Shown {
  readonly verdict?: string;
  readonly value?: number;
  readonly reason: string;
}

async function uptimeOf(daemon: TestDaemon): Promise<Shown> {
  const answer = await daemon.get("/api/v1/scenarios");
  const { scenarios } = (await answer.json()) as { scenarios: readonly { readonly uptime?: Shown }[] };
  return scenarios[0]?.uptime ?? { reason: "" };
}
