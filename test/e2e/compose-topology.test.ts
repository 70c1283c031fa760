import { readdir, readFile, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Topology } from "../support/compose-topology.ts";
import type { TestPostgres } from "../support/postgres.ts";

const POLL = { timeout: 60_000, interval: 500 };
const live: { topology?: Topology; target?: TestPostgres; store?: TestPostgres } = {};

beforeAll(async () => {
  const topology = await Topology.create();
  live.topology = topology;
  Object.assign(live, await topology.databases());
  await topology.redis();
  await topology.chatbotAndProvider();
  await topology.prometheus();
  await topology.chatbench();
});
afterAll(() => live.topology?.stop());

/** Values of an instant query. */
async function query(promql: string): Promise<readonly number[]> {
  const url = `${live.topology!.urlOf("prometheus")}/api/v1/query?query=${encodeURIComponent(promql)}`;
  const body = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } };
  return body.data.result.map(({ value }) => Number(value[1]));
}

const results = (): string => join(live.topology!.folder, "chatbench/results");

async function smokeRecord(): Promise<Readonly<Record<string, unknown>>> {
  const run = (await readdir(results())).find((name) => name.endsWith("-smoke") || name.includes("-smoke-"));
  return JSON.parse(await readFile(join(results(), run!, "record.json"), "utf8")) as Record<string, unknown>;
}

/** Of the record of a run: whether something was read of each source of the target. */
function collectorsIn({ resources }: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const { collectors } = resources as { collectors: readonly { name: string; reads: number; problem?: string }[] };
  return Object.fromEntries(
    collectors.map(({ name, reads, problem }) => [name, reads > 0 && problem === undefined ? "well" : "away"]),
  );
}

/** Every alert that Prometheus has loaded. */
async function alerts(): Promise<readonly { name: string; annotations: Readonly<Record<string, string>> }[]> {
  const answer = await fetch(`${live.topology!.urlOf("prometheus")}/api/v1/rules?type=alert`);
  const { data } = (await answer.json()) as { data: { groups: { rules: Awaited<ReturnType<typeof alerts>> }[] } };
  return data.groups.flatMap(({ rules }) => rules);
}

describe("the environment of docker-compose.benchmark.yml, from this machine's packages", () => {
  it("lets nobody read Chatbench without a password, and the drawn one opens it", async () => {
    const url = `${live.topology!.urlOf("chatbench")}/api/v1/scenarios`;
    const password = await live.topology!.prepared("chatbench/operator-password");
    const authorization = `Basic ${Buffer.from(`operator:${password}`).toString("base64")}`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
  });

  it("runs a scenario to its verdict through the daemon, as `run --rm k6 smoke` does", async () => {
    const { code, said } = await live.topology!.k6(["smoke"]);
    expect(said).toContain(`(run by ${live.topology!.urlOf("chatbench")})`);
    expect(code).toBe(0);
    const record = await smokeRecord();
    expect(record).toMatchObject({ scenario: "smoke", state: "finished", telemetry: { prometheus: "complete" } });
    expect(["pass", "warning"]).toContain(record.verdict);
    await expect
      .poll(
        () =>
          stat(join(results(), "report.html")).then(
            ({ size }) => size > 0,
            () => false,
          ),
        POLL,
      )
      .toBe(true);
  });

  it("watches the target's databases and the machine while it runs; of cAdvisor there is no package", async () => {
    const found = collectorsIn(await smokeRecord());
    expect(found).toEqual({ postgres: "well", redis: "well", node_exporter: "well", cadvisor: "away" });
  });

  it("shows Prometheus, which has a password of its own, the run's verdict, its series and the target's uptime", async () => {
    await expect.poll(() => query('up{job="chatbench"}'), POLL).toEqual([1]);
    await expect.poll(() => query('chatbench_last_run_verdict{scenario="smoke"} == 1'), POLL).toEqual([1]);
    await expect.poll(() => query('probe_success{job="chatbench-probe"}'), POLL).toEqual([1]);
    await expect.poll(() => query('up{job="node"}'), POLL).toEqual([1]);
    await expect.poll(() => query('count(node_cpu_seconds_total{mode="idle"})'), POLL).toEqual([cpus().length]);
    const [series] = await query('count(count by (testid) (last_over_time({__name__=~"k6_http_reqs_total"}[10m])))');
    expect(series).toBe(1);
  });

  it("gives alerts to Alertmanager, with every rule loaded", async () => {
    expect(await query("prometheus_notifications_alertmanagers_discovered")).toEqual([1]);
    expect(await query('up{job="alertmanager"}')).toEqual([1]);
    const [failures, rules] = [
      await query("sum(prometheus_rule_evaluation_failures_total)"),
      await query("sum(prometheus_rule_group_rules)"),
    ];
    expect(failures).toEqual([0]);
    expect(rules[0]).toBeGreaterThan(10);
  });

  it("links alerts to runbooks where the published port leads, for who has the password", async () => {
    const all = await alerts();
    expect(all.length).toBeGreaterThan(10);
    const chatbench = live.topology!.urlOf("chatbench");
    expect(all.filter(({ annotations }) => !annotations.runbook_url?.startsWith(`${chatbench}/runbooks/`))).toEqual([]);
    const password = await live.topology!.prepared("chatbench/operator-password");
    const authorization = `Basic ${Buffer.from(`operator:${password}`).toString("base64")}`;
    const urls = [...new Set(all.map(({ annotations }) => annotations.runbook_url ?? ""))];
    const answers = await Promise.all(urls.map((url) => fetch(url, { headers: { authorization } })));
    expect(answers.filter(({ status }) => status !== 200).map(({ url }) => url)).toEqual([]);
  });

  it("keeps conversations in a PostgreSQL that holds the pool of 100, and queue and runs in one of Chatbench's own", async () => {
    const { port } = live.target!;
    const chatbot = (await live.topology!.prepared("target/database-url")).replace(/:\d+\//, `:${port}/`);
    const { Client } = await import("pg");
    const client = new Client({ connectionString: chatbot });
    await client.connect();
    const [most, messages] = [
      await client.query<{ max_connections: string }>("show max_connections"),
      await client.query<{ count: string }>("select count(*) from chat_messages"),
    ];
    await client.end();
    expect(most.rows).toEqual([{ max_connections: "120" }]);
    expect(Number(messages.rows[0]?.count)).toBeGreaterThan(100);
    const strangers = new Client({ connectionString: chatbot.replace(/:[^:@]+@/, ":wrong@") });
    await expect(strangers.connect()).rejects.toThrow(/password authentication failed/);
    const rows = await live.store!.query("select 1 from pg_database where datname = 'chatbench'");
    expect(rows).toHaveLength(1);
  });

  it("caches answers in a Redis that writes nothing to disk and wants its password", async () => {
    const redis = new Redis((await live.topology!.prepared("target/redis-url")).trim());
    expect(await redis.config("GET", "save")).toEqual(["save", ""]);
    expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "no"]);
    expect(await redis.dbsize()).toBeGreaterThan(0);
    redis.disconnect();
    const strangers = new Redis(live.topology!.ports.get("redis")!, "127.0.0.1", { retryStrategy: () => null });
    strangers.on("error", () => undefined);
    await expect(strangers.ping()).rejects.toThrow(/NOAUTH/);
    strangers.disconnect();
  });
});
