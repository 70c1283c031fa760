import { readdir, readFile, readlink, stat, mkdir, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Secret, type TrialResult } from "../../src/model/index.ts";
import { inFolder, k6Engine, runScript, SCRIPTS, steady, trialWork, watcher } from "../support/k6.ts";
import { answer, answerByPath, startServer, type TestServer } from "../support/server.ts";

// The real k6 in trouble.

let server: TestServer;
beforeEach(async () => {
  server = await startServer(answerByPath);
});
afterEach(() => server.close());

/** Processes whose working folder is the run's: k6 of this trial and nothing else. */
async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${String(pid)}/cwd`).catch(() => "")));
  return pids.filter((_, index) => folders[index] === folder);
}

async function seenBy(path: string): Promise<void> {
  await vi.waitFor(() => expect(server.countOf(path)).toBe(1), { timeout: 20_000, interval: 10 });
}

describe("case 17: a real SIGKILL at every stage", () => {
  it.each(["setup", "load", "teardown", "handleSummary"])("case 17: in %s", async (stage) => {
    await inFolder(async (folder) => {
      const work = trialWork({ script: "stages.js", folder, baseUrl: server.url, env: { HANG_IN: stage } });
      const running = k6Engine().run(work, watcher());
      await seenBy(stage === "handleSummary" ? "/at/teardown" : `/at/${stage}`);
      for (const pid of await processesIn(folder)) process.kill(pid, "SIGKILL");
      const { outcome, facts } = await running;
      expect(outcome).toMatchObject({ kind: "broken", reason: { code: "killed" } });
      expect(facts).toBeUndefined();
      expect(await processesIn(folder)).toEqual([]);
    });
  });

  it("case 17: in init", async () => {
    await inFolder(async (folder) => {
      const work = trialWork({ script: "stages.js", folder, baseUrl: server.url, env: { HANG_IN: "init" } });
      const running = k6Engine().run(work, watcher());
      const found = await vi.waitFor(
        async () => {
          const pids = await processesIn(folder);
          expect(pids).not.toEqual([]);
          return pids;
        },
        { timeout: 20_000, interval: 10 },
      );
      for (const pid of found) process.kill(pid, "SIGKILL");
      expect((await running).outcome).toMatchObject({ kind: "broken", reason: { code: "script_broken" } });
    });
  });
});

it("case 19: stopped in the middle, the real k6 ends within the grace and leaves a whole summary", async () => {
  const watch = watcher();
  const input = { script: "talk.js", baseUrl: server.url, load: steady(2, 60), watch };
  const running = runScript(input, (result) => result);
  await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(10), { timeout: 20_000 });
  watch.stopNow("shutdown");
  watch.stopNow("person");
  const { outcome, facts } = await running;
  expect(outcome).toMatchObject({ kind: "aborted", by: "shutdown" });
  expect(facts!.requests.count).toBeGreaterThan(5);
});

it("case 43: pushes that Prometheus refuses are counted, and change nothing else", async () => {
  const refusing = await startServer(answer({ status: 401 }));
  const input = { script: "talk.js", baseUrl: server.url, load: steady(1, 1), prometheusUrl: refusing.url };
  const { outcome, failedPushes } = await runScript(input, (result) => result);
  await refusing.close();
  expect(failedPushes).toBe(refusing.countOf("/api/v1/write"));
  expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
  expect(failedPushes).toBeGreaterThan(0);
});

it("case 45: a target that is down: the facts say that all failed and nothing was fast", async () => {
  const { url } = server;
  await server.close();
  const { outcome, facts } = await runScript({ script: "talk.js", baseUrl: url, load: steady(1, 1) }, (r) => r);
  expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
  expect(facts!.requests.count).toBeGreaterThan(0);
  expect(facts!.requests.failed).toBe(facts!.requests.count);
  expect(facts!.latency).toMatchObject({ count: 0, quantiles: [] });
});

describe("case 58: odd paths reach k6 as they are", () => {
  it.each([
    "with space.js",
    `quote"s'.js`,
    "semi;colon && touch pwned.js",
    "--vus=7.js",
    "-u.js",
    "$(touch pwned).js",
    "日本語 ü.js",
    "50%41 #1 ?x=y.js",
    "back`tick`.js",
  ])("case 58: %s", async (name) => {
    await inFolder(async (folder) => {
      const scripts = join(folder, "load tests");
      await mkdir(scripts);
      const script = join(scripts, name);
      await copyFile(join(SCRIPTS, "no-options.js"), script);
      const run = join(folder, "results, a=b & c+d%41");
      await mkdir(run);
      const secrets = { token: new Secret("a-canary") };
      const work = trialWork({ script, folder: run, baseUrl: server.url, secrets });
      const result: TrialResult = await k6Engine().run(work, watcher());
      expect(result.outcome).toEqual({ kind: "completed", exitCode: 0 });
      expect(result.facts?.requestsInAll).toBe(1);
      expect(await readdir(folder)).toEqual(["load tests", "results, a=b & c+d%41"]);
      expect((await readdir(run)).sort()).toEqual(["k6-config.json", "k6.log", "summary.json", "wrapper.js"]);
    });
  });

  it("case 58: a folder of an odd name loses no timeline", async () => {
    await inFolder(async (folder) => {
      const run = join(folder, "a, b=c & d+e%41");
      await mkdir(run);
      const work = trialWork({ script: "talk.js", folder: run, baseUrl: server.url, load: steady(1, 2) });
      expect((await k6Engine().run(work, watcher())).timeline?.points.length).toBeGreaterThan(0);
    });
  });
});

describe("case 65: secrets", () => {
  it("case 65: reach the script, and are found in no argument, environment, log, wrapper or summary", async () => {
    const canary = "canary-7f3a=with, odd signs";
    await inFolder(async (folder) => {
      const secrets = { token: new Secret(canary) };
      const work = trialWork({ script: "secret.js", folder, baseUrl: server.url, secrets });
      const running = k6Engine({ inherited: { ...process.env, SOME_TOKEN: canary } }).run(work, watcher());
      await vi.waitFor(() => expect(server.seen).toHaveLength(1), { timeout: 20_000, interval: 10 });
      const [pid] = await processesIn(folder);
      expect((await stat(join(folder, ".secrets"))).mode & 0o777).toBe(0o600);
      for (const name of ["cmdline", "environ"])
        expect(await readFile(`/proc/${String(pid)}/${name}`, "utf8")).not.toContain("canary");
      expect((await running).outcome).toEqual({ kind: "completed", exitCode: 0 });
      expect(server.seen[0]?.headers.authorization).toBe(canary);
      const left = await readdir(folder);
      expect(left).not.toContain(".secrets");
      for (const name of left) expect(await readFile(join(folder, name), "utf8")).not.toContain("canary");
    });
  });

  it("case 65: asking what a script would do leaves no secrets behind", async () => {
    await inFolder(async (folder) => {
      const work = trialWork({ script: "secret.js", folder, secrets: { token: new Secret("canary") } });
      expect(await k6Engine().inspect(work)).toHaveProperty("inspection");
      expect(await readdir(folder)).not.toContain(".secrets");
    });
  });

  it("case 65: one with a line break is refused by name, not cut", async () => {
    const secrets = { key: new Secret("canary\nsecond line") };
    const { outcome } = await runScript({ script: "secret.js", secrets }, (result) => result);
    expect(outcome).toMatchObject({ kind: "broken", reason: { code: "engine_configuration" } });
    expect(JSON.stringify(outcome)).toContain("key");
    expect(JSON.stringify(outcome)).not.toContain("canary");
  });
});
