import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSeriesReader } from "../../src/collect/prometheus.ts";
import { runIdOf } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { isAlive, startTimeOf } from "../../src/platform/process-identity.ts";
import {
  findPrometheus,
  runningStack,
  stackDown,
  stackStatus,
  stackUp,
  type Stack,
  type StackDeps,
} from "../../src/stack/index.ts";
import { keptDays } from "../support/prometheus-api.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SEARCH_PATH = [process.env.PATH ?? "", join(ROOT, ".tools/bin")].join(delimiter);

const test = { results: "", stop: new AbortController() };
const ends: Promise<unknown>[] = [];
const servers: Server[] = [];

beforeEach(async () => {
  test.results = await mkdtemp(join(tmpdir(), "chatbench-stack-"));
  test.stop = new AbortController();
});

afterEach(async () => {
  test.stop.abort();
  await Promise.allSettled(ends.splice(0));
  for (const server of servers.splice(0)) server.close();
  await rm(test.results, { recursive: true, force: true });
});

const deps = (over: Partial<StackDeps> = {}): StackDeps => ({
  resultsFolder: test.results,
  toolsFolder: join(ROOT, ".tools"),
  configFile: join(ROOT, "prometheus/prometheus.yml"),
  searchPath: process.env.PATH ?? "",
  clock: systemClock,
  ...over,
});

const writeState = (stack: unknown): Promise<void> =>
  writeFile(join(test.results, ".stack.json"), JSON.stringify(stack));

function up(
  over: Partial<StackDeps> = {},
  onNotice: (text: string) => void = () => undefined,
): { ready: Promise<Stack>; end: ReturnType<typeof stackUp> } {
  let end!: ReturnType<typeof stackUp>;
  const ready = new Promise<Stack>((onReady, reject) => {
    end = stackUp(deps(over), { stop: test.stop.signal, onReady, onNotice });
    ends.push(end);
    void end.then((how) => reject(new Error(JSON.stringify(how))), reject);
  });
  return { ready, end };
}

describe("the local stack", () => {
  it("loads the rules with the links of this installation", async () => {
    const { ready } = up({ links: { chatbench: "https://bench.example.org", grafana: "https://grafana.example.org" } });
    const { prometheus } = await ready;
    const answer = await fetch(`${prometheus.url}/api/v1/rules?type=alert`);
    const { data } = (await answer.json()) as {
      data: { groups: readonly { rules: readonly { annotations: Readonly<Record<string, string>> }[] }[] };
    };
    const links = data.groups.flatMap(({ rules }) => rules.flatMap(({ annotations }) => Object.entries(annotations)));
    const urls = links.filter(([name]) => name.endsWith("_url")).map(([, url]) => url);
    expect(urls.length).toBeGreaterThan(20);
    for (const url of urls) expect(url).toMatch(/^https:\/\/(bench|grafana)\.example\.org\//);
  });

  it("is found while it is up, and leaves neither process nor state file", async () => {
    expect(await stackStatus(test.results)).toBeUndefined();
    const { ready, end } = up();
    const stack = await ready;
    expect(await runningStack(test.results)).toEqual(stack);
    expect((await stat(join(test.results, ".stack.json"))).mode & 0o777).toBe(0o600);
    // Uptime is judged over 30 days, or as many as its window says (90 at most).
    expect(await keptDays(stack.prometheus.url)).toBeGreaterThanOrEqual(90);
    test.stop.abort();
    expect(await end).toEqual({ kind: "stopped" });
    expect(await isAlive(stack.prometheus)).toBe(false);
    expect(await runningStack(test.results)).toBeUndefined();
  });

  it("scrapes itself where it really listens", async () => {
    const { prometheus } = await up().ready;
    // Scraping begins some time after /-/ready.
    await expect.poll(() => scraped(prometheus.url), { timeout: 30_000 }).toContain(`${prometheus.url}/metrics`);
  });

  it("is started once: a second `up` finds the first", async () => {
    const stack = await up().ready;
    expect(await stackUp(deps(), { stop: test.stop.signal, onReady: () => undefined })).toEqual({
      kind: "already_up",
      stack,
    });
  });

  it("says so when Prometheus dies under it", async () => {
    const { ready, end } = up();
    const { prometheus } = await ready;
    process.kill(prometheus.pid, "SIGKILL");
    const how = await end;
    expect(how.kind === "problem" && how.text).toMatch(/^Prometheus ended by itself \(SIGKILL\)/);
    expect(await runningStack(test.results)).toBeUndefined();
  });

  it("ends the Prometheus of a keeper that was killed, and starts anew on the same data", async () => {
    const { ready, end } = up();
    const stack = await ready;
    await writeState({ ...stack, keeper: { pid: 999_999_999, startTime: "1" } });
    const again = await up().ready;
    expect(again.prometheus.pid).not.toBe(stack.prometheus.pid);
    expect(await isAlive(stack.prometheus)).toBe(false);
    await end;
    expect(await runningStack(test.results)).toEqual(again); // the first one's end does not forget the second
  });

  it("never touches a stranger that has the pid of an old state file", async () => {
    const stranger = spawn("sleep", ["60"], { detached: true });
    const pid = stranger.pid!;
    try {
      const old = { pid, startTime: "1" };
      await writeState({ keeper: old, prometheus: { ...old, url: "http://127.0.0.1:9" } });
      expect(await stackDown({ resultsFolder: test.results, clock: systemClock })).toEqual({ wasUp: false });
      expect(await startTimeOf(pid)).toBeDefined();
    } finally {
      stranger.kill();
    }
  });

  it("says what to do when there is no Prometheus", async () => {
    const how = await stackUp(deps({ searchPath: "/nowhere", toolsFolder: "/nowhere" }), {
      stop: test.stop.signal,
      onReady: () => undefined,
    });
    expect(how.kind === "problem" && how.text).toMatch(/^No Prometheus was found .*npm run setup/);
  });

  it("shows the end of the log when Prometheus refuses its configuration", async () => {
    const configFile = join(test.results, "bad.yml");
    await writeFile(configFile, "unknown_key: 1\n");
    const how = await stackUp(deps({ configFile }), { stop: test.stop.signal, onReady: () => undefined });
    expect(how.kind === "problem" && how.text).toMatch(/it ended \(exit [12]\)[^]*unknown_key/);
  });

  it("names the file when the configuration is missing", async () => {
    const how = await stackUp(deps({ configFile: "/nowhere.yml" }), {
      stop: test.stop.signal,
      onReady: () => undefined,
    });
    expect(how).toEqual({ kind: "problem", text: "/nowhere.yml does not exist." });
  });
});

async function scraped(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/targets`);
  const { data } = (await answer.json()) as { data: { activeTargets: { scrapeUrl: string }[] } };
  return data.activeTargets.map((target) => target.scrapeUrl);
}

describe("the parts beside Prometheus", () => {
  const alertmanagers = async (url: string): Promise<string[]> => {
    const answer = await fetch(`${url}/api/v1/alertmanagers`);
    const { data } = (await answer.json()) as { data: { activeAlertmanagers: { url: string }[] } };
    return data.activeAlertmanagers.map((one) => new URL(one.url).origin);
  };

  it("are started where Prometheus asks them, and all go with it", async () => {
    const { ready, end } = up();
    const { prometheus, parts = {} } = await ready;
    expect(Object.keys(parts).sort()).toEqual(["alertmanager", "blackbox", "node"]);
    const addresses = Object.values(parts).map(({ url }) => `${url}/metrics`);
    await expect
      .poll(() => scraped(prometheus.url), { timeout: 30_000 })
      .toEqual(expect.arrayContaining([`${prometheus.url}/metrics`, ...addresses]));
    await expect.poll(() => alertmanagers(prometheus.url), { timeout: 30_000 }).toEqual([parts.alertmanager?.url]);
    expect((await runningStack(test.results))?.parts).toEqual(parts);
    test.stop.abort();
    expect(await end).toEqual({ kind: "stopped" });
    expect(await Promise.all(Object.values(parts).map(isAlive))).toEqual([false, false, false]);
  });

  it("one that dies is told, leaves the state file, and takes nothing with it", async () => {
    const notices: string[] = [];
    const { prometheus, parts } = await up({}, (text) => notices.push(text)).ready;
    process.kill(parts!.blackbox!.pid, "SIGKILL");
    await expect
      .poll(() => notices.join())
      .toMatch(/blackbox_exporter ended by itself \(SIGKILL\); the rest .* goes on/);
    await expect.poll(async () => (await runningStack(test.results))?.parts?.blackbox).toBeUndefined();
    expect(await isAlive(prometheus)).toBe(true);
    expect((await runningStack(test.results))?.parts?.node).toEqual(parts?.node);
  });

  it("those that are missing are told and left out: Prometheus alone is a stack", async () => {
    const folder = join(test.results, "bin");
    await mkdir(folder);
    await symlink(await prometheusProgram(), join(folder, "prometheus"));
    const notices: string[] = [];
    const over = { searchPath: folder, toolsFolder: "/nowhere" };
    const { prometheus, parts } = await up(over, (text) => notices.push(text)).ready;
    expect(parts).toEqual({});
    expect(notices.map((text) => /^Without (\S+) .*npm run setup/.exec(text)?.[1])).toEqual([
      "Alertmanager",
      "blackbox_exporter",
      "node_exporter",
    ]);
    await expect.poll(() => scraped(prometheus.url), { timeout: 30_000 }).toEqual([`${prometheus.url}/metrics`]);
  });

  it("are ended with the Prometheus of a keeper that was killed", async () => {
    const { ready, end } = up();
    const stack = await ready;
    await writeState({ ...stack, keeper: { pid: 999_999_999, startTime: "1" } });
    expect(await stackDown({ resultsFolder: test.results, clock: systemClock })).toEqual({ wasUp: true });
    expect(await Promise.all([stack.prometheus, ...Object.values(stack.parts ?? {})].map(isAlive))).not.toContain(true);
    await end;
  });

  it("the state file of an older version is read", async () => {
    const { prometheus, keeper } = await up().ready;
    await writeState({ keeper, prometheus });
    expect(await runningStack(test.results)).toEqual({ keeper, prometheus });
  });
});

async function prometheusProgram(): Promise<string> {
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("no Prometheus: npm run setup unpacks one");
  return program;
}

describe("a real k6 run", () => {
  it("is read back from the stack with every request it made", async () => {
    const { prometheus } = await up().ready;
    const target = await serve();
    const id = runIdOf(Date.now(), "stack-test", "ab12");
    const script = join(test.results, "script.js");
    await writeFile(
      script,
      `import http from "k6/http";
       export const options = { vus: 2, iterations: 137, noConnectionReuse: false };
       export default () => { http.get(__ENV.TARGET); };`,
    );
    const made = await runK6(script, { id, target: target.url, prometheus: prometheus.url });
    expect(made).toBe(0);
    expect(target.asked()).toBe(137);
    const reader = createSeriesReader({ url: prometheus.url, clock: systemClock });
    expect(await reader.requestsOf(id)).toEqual({ requests: 137 });
    expect(await reader.requestsOf(runIdOf(Date.now(), "stack-test", "zz99"))).toEqual({ requests: 0 });
  });
});

async function serve(): Promise<{ url: string; asked(): number }> {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.writeHead(asked % 5 === 0 ? 503 : 200).end("ok");
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

function runK6(script: string, to: { id: string; target: string; prometheus: string }): Promise<number | null> {
  const args = [
    "run",
    "-q",
    "-o",
    "experimental-prometheus-rw",
    "--tag",
    `testid=${to.id}`,
    "-e",
    `TARGET=${to.target}`,
  ];
  const child = spawn("k6", [...args, script], {
    stdio: "ignore",
    env: {
      PATH: SEARCH_PATH,
      HOME: test.results,
      K6_FEATURES: "native-histograms,merge-run-tags",
      K6_NO_USAGE_REPORT: "true",
      K6_AUTO_EXTENSION_RESOLUTION: "false",
      K6_PROMETHEUS_RW_SERVER_URL: `${to.prometheus}/api/v1/write`,
      K6_PROMETHEUS_RW_STALE_MARKERS: "true",
    },
  });
  return new Promise((done) => child.once("close", done));
}
