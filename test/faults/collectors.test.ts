import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { watchTarget } from "../../src/collect/watch.ts";
import type { Load, RunRecord } from "../../src/model/index.ts";
import { resourceLine } from "../../src/report/resource-table.ts";
import { runReport } from "../../src/report/index.ts";
import { freePort } from "../support/children.ts";
import { steady } from "../support/k6.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { benchmark, objective, type Ran, type RunInput } from "../support/run.ts";
import { startServer } from "../support/server.ts";
import { NEVER, problemOf, readingsOf, secretUrl, watching } from "../support/sources.ts";
import { tcpProxyTo, type TcpProxy } from "../support/tcp-proxy.ts";

const CANARY = "canary-p4ss";
const SCRIPT = `import http from "k6/http";
  import { sleep } from "k6";
  export default () => { http.get(__ENV.CHATBENCH_TARGET_URL); sleep(0.05); };`;

/** A TCP server that takes connections and never says a word, as a network that swallows packets looks. */
async function blackHole(): Promise<TcpProxy> {
  const proxy = await tcpProxyTo(9);
  proxy.set("hold");
  return proxy;
}

async function runBeside<T>(input: Partial<RunInput>, read: (ran: Ran) => T | Promise<T>): Promise<T> {
  const server = await startServer();
  try {
    return await benchmark(
      { script: SCRIPT, baseUrl: server.url, load: steady(2, 5), watch: watchTarget, ...input },
      read,
    );
  } finally {
    await server.close();
  }
}

/** Every text that the run left. */
async function textsOf(folder: string): Promise<string> {
  const names = await readdir(folder);
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "")))).join("\n");
}

const collectorsOf = (stored: RunRecord | undefined) =>
  Object.fromEntries((stored?.resources?.collectors ?? []).map(({ name, ...rest }) => [name, rest]));

it("46: sources that time out or are unreachable are told, their readings are absent, and the run goes on", async () => {
  const hole = await blackHole();
  const sources = {
    postgres: secretUrl(`postgres://chat:${CANARY}@127.0.0.1:${String(hole.port)}/chat`),
    redis: secretUrl(`redis://:${CANARY}@127.0.0.1:${String(await freePort())}`),
    resources: { nodeExporter: `http://127.0.0.1:${String(hole.port)}/metrics`, process: { port: await freePort() } },
    metrics: { url: `http://127.0.0.1:${String(await freePort())}/metrics`, names: ["a"] },
  };
  await runBeside({ sources }, async ({ stored, folder, record, timeline, series }) => {
    expect([stored?.state, stored?.verdict]).toEqual(["finished", "pass"]);
    expect(stored?.resources?.values).toEqual({});
    expect(Object.keys(stored?.measurements ?? {})).not.toEqual(expect.arrayContaining(["cpu_cores"]));
    const found = collectorsOf(stored);
    expect(Object.keys(found).sort()).toEqual(["metrics", "node_exporter", "postgres", "process", "redis"]);
    for (const one of Object.values(found)) {
      expect(one.reads).toBe(0);
      expect(one.failures).toBeGreaterThan(0);
    }
    expect(found.postgres?.problem).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/chat cannot be read: .+\.$/);
    expect(found.redis?.problem).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be read: .*ECONNREFUSED.*\.$/);
    expect(found.node_exporter?.problem).toContain("no answer within 2000 ms");
    expect(found.process?.problem).toContain("No process of this machine listens on port");
    expect(await textsOf(folder)).not.toContain(CANARY);
    const page = runReport(record, timeline, { series }).markup;
    expect(page).toContain("readings of postgres failed.");
    expect(page).not.toContain(CANARY);
    expect(resourceLine(record)).toBe("Target's system: not read: process, node_exporter, postgres, redis, metrics");
  });
  await hole.close();
});

it("46: an objective on a source that fails is not measured: the run is invalid, never passed", async () => {
  const sources = { resources: { nodeExporter: `http://127.0.0.1:${String(await freePort())}/metrics` } };
  const objectives = [objective("cpu_cores < 2")];
  await runBeside({ sources, objectives, load: steady(1, 3) }, ({ stored }) => {
    expect(stored?.verdict).toBe("invalid");
    expect(stored?.reason).toMatchObject({ code: "not_measured" });
    expect(stored?.reason?.text).toContain("cpu_cores was not measured: node_exporter at http://127.0.0.1:");
  });
});

it("46: a source that comes back is read again, and one that was restarted in the middle is told", async () => {
  const first = await startRedis();
  const server = await startServer((_, response) => void response.end("# TYPE a gauge\na 1\n"));
  const page = await tcpProxyTo(Number(new URL(server.url).port));
  page.set("refuse");
  const state: { second?: Promise<TestRedis>; seconds: number } = { seconds: 0 };
  const restart = async (): Promise<TestRedis> => {
    await first.stop();
    return await startRedis({ port: first.port });
  };
  const sources = {
    redis: secretUrl(first.url),
    metrics: { url: `http://127.0.0.1:${String(page.port)}/metrics`, names: ["a"] },
  };
  const onProgress = (): void => {
    state.seconds += 1;
    if (state.seconds === 2) state.second = restart();
    if (state.seconds === 3) page.set("pass");
  };
  await runBeside({ sources, onProgress, load: steady(2, 9) }, ({ stored }) => {
    expect(stored?.resources?.restarted).toEqual(["Redis"]);
    expect(stored).toMatchObject({ verdict: "invalid", reason: { code: "target_restarted" } });
    expect(stored?.reason?.text).toMatch(/^Restarted during the judged window: Redis[.]/);
    // Nobody knows what it counted before it ended.
    expect(stored?.resources?.values).not.toHaveProperty("redis_hits");
    const { metrics, redis } = collectorsOf(stored);
    for (const one of [metrics, redis]) {
      expect(one?.reads).toBeGreaterThan(0);
      expect(one?.problem).toBeUndefined();
    }
    expect(metrics?.failures).toBeGreaterThan(0);
    expect(stored?.resources?.values.a).toMatchObject({ mean: 1, peak: 1 });
  });
  await (await state.second)?.stop();
  await Promise.all([page.close(), server.close()]);
});

describe("a process of the target that is started anew", () => {
  /** A run beside a process that `restartAt` seconds of load end and start again. */
  async function restartedAt(restartAt: number, load: Load): Promise<RunRecord | undefined> {
    const folder = await mkdtemp(join(tmpdir(), "chatbench-restart-"));
    const pidFile = join(folder, "pid");
    const children: ChildProcess[] = [];
    const begin = (): void => {
      const child = spawn("sleep", ["120"], { stdio: "ignore" });
      children.push(child);
      writeFileSync(pidFile, String(child.pid));
    };
    begin();
    const state = { seconds: 0 };
    const onProgress = (): void => {
      state.seconds += 1;
      if (state.seconds !== restartAt) return;
      children[0]?.kill("SIGKILL");
      begin();
    };
    const sources = { resources: { process: { pidFile } } };
    const stored = await runBeside({ sources, onProgress, load }, (ran) => ran.stored);
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true });
    return stored;
  }

  it("in the judged window leaves no run that can be believed", async () => {
    const stored = await restartedAt(3, steady(2, 6));
    expect(stored?.resources?.restarted).toEqual(["the process sleep"]);
    expect(stored).toMatchObject({ verdict: "invalid", reason: { code: "target_restarted" } });
  });

  it("before it is a note, and the run is judged", async () => {
    const stored = await restartedAt(1, steady(2, 5, 5));
    expect(stored?.resources).toMatchObject({ restarted: [], restartedOutside: ["the process sleep"] });
    expect(stored?.trials[0]?.invalid.map(({ code }) => code)).not.toContain("target_restarted");
    expect(resourceLine(stored!)).toContain("restarted outside the judged window: the process sleep");
  });
});

describe("what a source says of its trouble", () => {
  it("a wrong password is told without the password", async () => {
    const postgres = await startPostgres({ superuser: { name: "owner", password: "right" } });
    const redis = await startRedis();
    const wrong = {
      postgres: secretUrl(`postgres://owner:${CANARY}@127.0.0.1:${String(postgres.port)}/postgres`),
      redis: secretUrl(`redis://someone:${CANARY}@127.0.0.1:${String(redis.port)}`),
    };
    await watching(wrong, async (watch) => {
      const texts = [await problemOf(watch, "postgres"), await problemOf(watch, "redis")];
      expect(texts[0]).toContain("password authentication failed");
      expect(texts[1]).toMatch(/WRONGPASS|NOAUTH/);
      expect(texts.join()).not.toContain(CANARY);
    });
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  it("59: a name that leads to a link-local address is not asked, by no source", async () => {
    // The resolver reads this name as an address, which the configuration cannot know.
    const name = "0xa9fea9fe";
    const sources = { postgres: secretUrl(`postgres://u@${name}/x`), redis: secretUrl(`redis://${name}`) };
    await watching(sources, async (watch) => {
      for (const part of ["postgres", "redis"])
        expect(await problemOf(watch, part)).toContain(
          "leads to 169.254.169.254, where clouds hand out credentials of the machine",
        );
    });
  });

  it("a cut connection is one failed reading and no restart; another PostgreSQL at the same place is one", async () => {
    const first = await startPostgres();
    const proxy = await tcpProxyTo(first.port);
    const postgres = secretUrl(first.url.replace(String(first.port), String(proxy.port)));
    await watching({ postgres }, async (watch) => {
      const markOf = async (): Promise<string | undefined> => {
        const read = await watch.parts[0]!.read(NEVER);
        return "marks" in read ? read.marks[0]?.identity : undefined;
      };
      const before = await markOf();
      expect(await markOf()).toBe(before);
      proxy.set("refuse");
      expect(await problemOf(watch, "postgres")).toContain("cannot be read");
      proxy.set("pass");
      expect(await markOf()).toBe(before);
      expect(await readingsOf(watch, "postgres")).toHaveProperty("postgres_commits");
      await first.stop();
      expect(await problemOf(watch, "postgres")).toContain("cannot be read");
      const second = await startPostgres({ port: first.port });
      expect(await markOf()).not.toBe(before);
      await second.stop();
    });
    await proxy.close();
  });
});
