import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { dirname } from "node:path";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { watchTarget } from "../../src/collect/watch.ts";
import type { TargetWatch } from "../../src/model/index.ts";
import { buildDemo, runDemo, type DemoProcess } from "../support/demo.ts";
import { steady } from "../support/k6.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { benchmark, objective } from "../support/run.ts";
import { NEVER, psql, readingsOf, redisInfo, secretUrl, startNodeExporter, watching } from "../support/sources.ts";

interface Parts {
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly nodeExporter: Awaited<ReturnType<typeof startNodeExporter>>;
  readonly demo: DemoProcess;
  readonly demoMain: string;
  readonly chatbot: string;
}

const running: { parts?: Parts } = {};
const parts = (): Parts => running.parts!;
/** Of the chatbot's own database, asked from another one, so that asking changes nothing of it. */
const CHAT = (): string => parts().postgres.url.replace(/\/postgres$/, "/chat");

beforeAll(async () => {
  const [postgres, redis, nodeExporter, demoMain] = await Promise.all([
    startPostgres({ flags: ["-c", "max_connections=60"] }),
    startRedis({ settings: { save: "60 1" } }),
    startNodeExporter(),
    buildDemo(),
  ]);
  await postgres.query("create database chat");
  await psql(postgres.url.replace(/\/postgres$/, "/chat"), "create table known (number int)");
  const env = { DATABASE_URL: postgres.url.replace(/\/postgres$/, "/chat"), REDIS_URL: redis.url };
  const demo = runDemo(demoMain, ["--latency", "constant", "--first-token-ms", "5"], env);
  const ready = await demo.ready;
  if (ready === undefined) throw new Error((await demo.ended).stderr);
  running.parts = { postgres, redis, nodeExporter, demo, demoMain, chatbot: ready.chatbot };
});

afterAll(async () => {
  const { postgres, redis, nodeExporter, demo, demoMain } = parts();
  demo.child.kill();
  await demo.ended;
  await Promise.all([postgres.stop(), redis.stop(), nodeExporter.stop()]);
  await rm(dirname(dirname(demoMain)), { recursive: true, force: true });
});

/** Each message begins a conversation: the second time it is said, its answer is cached. */
const talks = { begun: 0 };

async function chat(message: string): Promise<{ cached: boolean }> {
  const body = JSON.stringify({ conversation_id: `c-${String((talks.begun += 1))}`, message });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${parts().chatbot}/api/chat`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { cached: boolean };
}

describe("PostgreSQL behind the chatbot", () => {
  const watched = <T>(work: (watch: TargetWatch) => Promise<T>): Promise<T> =>
    watching({ postgres: secretUrl(CHAT()) }, work);

  it("says of itself what psql says", async () => {
    await watched(async (watch) => {
      const { url } = parts().postgres;
      const { postgres } = watch.facts();
      expect(postgres?.maxConnections).toBe(60);
      expect(String(postgres?.maxConnections)).toBe(await psql(url, "show max_connections"));
      expect(String(postgres?.versionNumber)).toBe(await psql(url, "show server_version_num"));
      expect(postgres?.version).toBe(await psql(url, "show server_version"));
      expect(String(postgres?.reservedConnections)).toBe(await psql(url, "show superuser_reserved_connections"));
      expect(watch.problems()).toEqual([]);
    });
  });

  it("every figure after known traffic is the one that psql says", async () => {
    const sql = `select xact_commit, xact_rollback, blks_hit, blks_read, deadlocks, temp_bytes
      from pg_stat_database where datname = 'chat'`;
    await watched(async (watch) => {
      const before = await readingsOf(watch, "postgres");
      const client = new Client({ connectionString: CHAT() });
      await client.connect();
      for (let sent = 0; sent < 20; sent += 1) await client.query(`insert into known values (${String(sent)})`);
      for (let sent = 0; sent < 3; sent += 1) await client.query("begin").then(() => client.query("rollback"));
      // PostgreSQL writes down what a session did when it ends, or up to a second late.
      await client.end();
      const names = ["commits", "rollbacks", "blocks_hit", "blocks_read", "deadlocks", "temporary"];
      const after = await vi.waitFor(
        async () => {
          const said = await psql(parts().postgres.url, sql);
          const read = await readingsOf(watch, "postgres");
          expect(names.map((name) => String(read[`postgres_${name}`])).join("|")).toBe(said);
          expect(Number(read.postgres_rollbacks)).toBe(Number(before.postgres_rollbacks) + 3);
          return read;
        },
        { timeout: 30_000, interval: 200 },
      );
      expect(Number(after.postgres_commits) - Number(before.postgres_commits)).toBeGreaterThanOrEqual(20);
    });
  });

  it("sessions are counted by what they do, without our own", async () => {
    const clients = Array.from({ length: 4 }, () => new Client({ connectionString: CHAT() }));
    const [idle, inTransaction, waiting, busy] = clients as [Client, Client, Client, Client];
    for (const client of clients) client.on("error", () => undefined);
    await Promise.all(clients.map((client) => client.connect()));
    await watched(async (watch) => {
      await idle.query("create table held (id int)");
      await inTransaction.query("begin; lock table held in access exclusive mode");
      void waiting.query("select count(*) from held").catch(() => undefined);
      void busy.query("select pg_sleep(60)").catch(() => undefined);
      const count = (where: string): Promise<string> =>
        psql(
          parts().postgres.url,
          `select count(*) from pg_stat_activity where backend_type = 'client backend'
           and pid <> pg_backend_pid() and application_name <> 'chatbench' and ${where}`,
        );
      await expect.poll(() => count("wait_event_type = 'Lock'"), { timeout: 20_000 }).toBe("1");
      // A psql of before may take a moment to leave.
      await vi.waitFor(
        async () => {
          const read = await readingsOf(watch, "postgres");
          expect(read).toMatchObject({
            postgres_connections: Number(await count("true")),
            postgres_connections_active: 2,
            postgres_connections_idle: Number(await count("state = 'idle'")),
            postgres_connections_idle_in_transaction: 1,
            postgres_connections_waiting: 1,
          });
          expect(read.postgres_connections_used).toBeCloseTo(Number(read.postgres_connections) / 57, 9);
        },
        { timeout: 20_000, interval: 200 },
      );
      await expect
        .poll(async () => (await readingsOf(watch, "postgres")).postgres_longest_query, { timeout: 20_000 })
        .toBeGreaterThan(0.5);
    });
    await parts().postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'",
    );
    await inTransaction.query("rollback");
    await Promise.all(clients.map((client) => client.end()));
  });

  it("what a user may not see is absent, and what it may is there", async () => {
    await parts().postgres.query("create role watcher login password 'watch-only'");
    const url = CHAT().replace(/\/\/[^@]+@/, "//watcher:watch-only@");
    await watching({ postgres: secretUrl(url) }, async (watch) => {
      const said =
        "select count(*) - 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
      const read = await vi.waitFor(
        async () => {
          const now = await readingsOf(watch, "postgres");
          expect(String(now.postgres_connections)).toBe(await psql(parts().postgres.url, said));
          return now;
        },
        { timeout: 20_000, interval: 200 },
      );
      expect(read.postgres_connections).toBeGreaterThan(0);
      expect(Object.keys(read)).not.toContain("postgres_connections_active");
      expect(Object.keys(read)).not.toContain("postgres_longest_query");
    });
  });
});

describe("Redis behind the chatbot", () => {
  it("says of itself and of known traffic what redis-cli says", async () => {
    const { url } = parts().redis;
    await watching({ redis: secretUrl(url) }, async (watch) => {
      const said = await redisInfo(url);
      expect(watch.facts().redis).toEqual({ version: said.redis_version, snapshots: true, appendOnly: false });
      const before = await readingsOf(watch, "redis");
      const answers = [];
      for (let sent = 0; sent < 30; sent += 1) answers.push(await chat(`redis ${String(sent % 10)}`));
      const hits = answers.filter(({ cached }) => cached).length;
      const after = await readingsOf(watch, "redis");
      const now = await redisInfo(url);
      expect(Number(after.redis_hits) - Number(before.redis_hits)).toBe(hits);
      expect(Number(after.redis_misses) - Number(before.redis_misses)).toBe(30 - hits);
      expect(hits).toBeGreaterThan(0);
      expect(after).toMatchObject({
        redis_hits: Number(now.keyspace_hits),
        redis_misses: Number(now.keyspace_misses),
        redis_evictions: Number(now.evicted_keys),
        redis_expirations: Number(now.expired_keys),
        // redis-cli counts itself and us.
        redis_clients: Number(now.connected_clients) - 2,
        redis_clients_blocked: Number(now.blocked_clients),
      });
      // Each connection has buffers, so that asking changes it a little.
      expect(Math.abs(Number(after.redis_memory) - Number(now.used_memory))).toBeLessThan(200_000);
    });
  });
});

describe("the machine and the process", () => {
  it("node_exporter tells cores, memory and boot of this machine", async () => {
    await watching({ resources: { nodeExporter: parts().nodeExporter.url } }, async (watch) => {
      const { machine } = watch.facts();
      expect(machine?.cores).toBe(cpus().length);
      expect(Math.abs((machine?.memoryBytes ?? 0) - totalmem())).toBeLessThan(totalmem() / 50);
      const read = await readingsOf(watch, "node_exporter");
      const idle = cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.irq + times.nice, 0) / 1_000;
      expect(Number(read.machine_cpu) / idle).toBeGreaterThan(0.9);
      expect(Number(read.machine_cpu) / idle).toBeLessThan(1.1);
      expect(read.machine_memory).toBeGreaterThan(0);
      expect(read.machine_memory).toBeLessThan(totalmem());
    });
  });

  it("the process on the target's port is found without a word, with its children", async () => {
    const { chatbot, demo } = parts();
    const watch = await watchTarget({ name: "chatbot", baseUrl: chatbot }, NEVER);
    expect(watch.parts.map(({ name }) => name)).toEqual(["process"]);
    const ticks = (await promisify(execFile)("getconf", ["CLK_TCK"])).stdout.trim();
    expect(ticks).toBe("100");
    const cpuOf = (): number => {
      const fields = readFileSync(`/proc/${String(demo.child.pid)}/stat`, "utf8")
        .split(") ")[1]!
        .split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    };
    const before = cpuOf();
    const read = await readingsOf(watch, "process");
    expect(read.process_cpu).toBeGreaterThanOrEqual(before);
    expect(read.process_cpu).toBeLessThanOrEqual(cpuOf());
    const status = readFileSync(`/proc/${String(demo.child.pid)}/status`, "utf8");
    const most = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
    expect(read.process_memory).toBeGreaterThan(most / 4);
    expect(read.process_memory).toBeLessThanOrEqual(most);
    await watch.close();
  });
});

it("a run has the figures of its judged window, curves on its timeline's axis, and measurements that objectives use", async () => {
  const { chatbot, redis, nodeExporter, demo } = parts();
  const script = `import http from "k6/http";
    import { sleep } from "k6";
    const headers = { "content-type": "application/json" };
    export default () => {
      const message = "run " + (__ITER % 5);
      http.post(__ENV.CHATBENCH_TARGET_URL + "/api/chat", JSON.stringify({ conversation_id: "r" + __VU + "-" + __ITER, message }), { headers });
      sleep(0.1);
    };`;
  const sources = {
    ...{ postgres: secretUrl(CHAT()), redis: secretUrl(redis.url) },
    resources: { nodeExporter: nodeExporter.url, process: { port: Number(new URL(chatbot).port) } },
  };
  const objectives = [
    objective("cpu_cores < 64"),
    objective("memory_bytes_peak < 4e9"),
    objective("cache_hit_ratio > 0.1"),
  ];
  const input = { script, baseUrl: chatbot, load: steady(4, 6, 2), objectives, sources, watch: watchTarget };
  await benchmark(input, ({ stored, series, timeline }) => {
    expect(stored?.reason).toBeNull();
    expect(stored?.verdict).toBe("pass");
    expect(stored?.objectives.map(({ verdict }) => verdict)).toEqual(Array(4).fill("pass"));
    const { collectors, values, restarted } = stored!.resources!;
    expect(restarted).toEqual([]);
    expect(collectors.map(({ name }) => name)).toEqual(["process", "node_exporter", "postgres", "redis"]);
    for (const one of collectors) expect(one).toEqual({ name: one.name, reads: one.reads, failures: 0 });
    // Every request looks one answer up; the window's ends fall between two readings.
    const requests = stored!.measurements.requests!.value;
    const lookups = values.redis_hits!.delta! + values.redis_misses!.delta!;
    expect(lookups / requests).toBeGreaterThan(0.7);
    expect(lookups / requests).toBeLessThan(1.3);
    // At most one core does the work of a single thread and its helpers, and it is not idle.
    const status = readFileSync(`/proc/${String(demo.child.pid)}/status`, "utf8");
    const most = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
    expect(stored!.measurements.memory_bytes_peak!.value).toBeLessThanOrEqual(most);
    expect(stored!.measurements.cpu_cores!.value).toBeGreaterThan(0);
    expect(stored!.measurements.cpu_cores!.value).toBeLessThan(cpus().length);
    expect(stored!.measurements.network_receive_bytes!.value).toBeGreaterThanOrEqual(0);
    const panels = new Set(series!.series.map(({ panel }) => panel));
    expect([...panels]).toEqual(
      expect.arrayContaining(["Process: CPU in cores", "Process: memory", "Redis lookups/s"]),
    );
    const [first, last] = [series!.series[0]!.points[0]![0], series!.series[0]!.points.at(-1)![0]];
    expect(first).toBeLessThan(timeline!.judged.from);
    expect(last).toBeGreaterThan(timeline!.judged.to - 2);
  });
});
