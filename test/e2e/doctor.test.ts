// `chatbench doctor` and strict scenarios against a real PostgreSQL and a real Redis that are not as the methodology wants.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import type { Finding, RunRecord } from "../../src/model/index.ts";
import { testMachine } from "../support/machine.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SCRIPT = `import http from "k6/http"; export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }`;

let server: TestServer;
let postgres: TestPostgres;
let redis: TestRedis;
const folder = mkdtempSync(join(tmpdir(), "chatbench-doctor-"));

beforeAll(async () => {
  [server, postgres, redis] = await Promise.all([
    startServer(),
    startPostgres({ flags: ["-c", "max_connections=50"] }),
    startRedis(),
  ]);
  mkdirSync(join(folder, "load_tests"));
  writeFileSync(join(folder, "load_tests/chat.js"), SCRIPT);
  writeFileSync(
    join(folder, "chatbench.yml"),
    `targets:
  bot:
    base_url: "${server.url}"
    postgres: { url: { env: BOT_POSTGRES } }
    redis: { url: { env: BOT_REDIS } }
scenarios:
  chat:
    script: load_tests/chat.js
    target: bot
    pattern: { name: smoke, users: 2, duration: 2s, warmup: 1s }
    environment: strict
`,
  );
});
afterAll(async () => {
  await Promise.all([server.close(), postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function chatbench(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { BOT_POSTGRES: postgres.url, BOT_REDIS: redis.url };
  const machine = testMachine(folder, { env });
  const code = await main(args, machine);
  return { code, out: machine.printed.out(), err: machine.printed.err() };
}

interface Seen {
  readonly targets: readonly {
    readonly scenarios: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly findings: readonly Finding[];
  }[];
}

describe("doctor", () => {
  it("finds too few connections and persistence that is on, and that all runs on one machine", async () => {
    await redis.client.config("SET", "save", "3600 1");
    await redis.client.config("SET", "appendonly", "yes");
    const { code, out } = await chatbench("doctor", "chat", "--json");
    const [target] = (JSON.parse(out) as Seen).targets;
    const found = new Map(target?.findings.map((finding) => [finding.check, finding]));
    expect(found.get("postgres_version")).toMatchObject({ result: "ok" });
    expect(found.get("postgres_connections")).toMatchObject({
      result: "violation",
      text: expect.stringContaining("max_connections is 50") as string,
    });
    expect(found.get("redis_version")).toMatchObject({ result: "ok" });
    expect(found.get("redis_persistence")).toMatchObject({
      result: "violation",
      text: expect.stringMatching(/save.*appendonly/) as string,
    });
    expect(found.get("isolation")).toMatchObject({ result: "violation" });
    expect(found.get("network_latency")?.text).toContain("median of 15 TCP connections");
    expect(target?.environment.Fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect({ code, scenarios: target?.scenarios }).toEqual({ code: 1, scenarios: ["chat"] });
    expect(server.seen).toHaveLength(0);
  });

  it("takes back what is no longer so", async () => {
    await redis.client.config("SET", "save", "");
    await redis.client.config("SET", "appendonly", "no");
    const { out } = await chatbench("doctor");
    expect(out).toContain("PASS Persistence of the target's Redis is off.");
    expect(out).toContain("WARN PostgreSQL has room for 47 connections");
  });

  it("says of a Redis that forbids CONFIG that its persistence is not known, never that it is off", async () => {
    await redis.client.config("SET", "save", "3600 1");
    await redis.client.call("ACL", "SETUSER", "hosted", "on", ">word", "~*", "+@all", "-config");
    const url = new URL(redis.url);
    [url.username, url.password] = ["hosted", "word"];
    const machine = testMachine(folder, { env: { BOT_POSTGRES: postgres.url, BOT_REDIS: url.href } });
    await main(["doctor"], machine);
    await redis.client.config("SET", "save", "");
    expect(machine.printed.out()).toContain(
      "---- Whether the target's Redis writes to disk is not known: it does not tell of snapshots (save)",
    );
    expect(machine.printed.out()).not.toContain("Persistence of the target's Redis is off");
  });

  it("says so, and finds nothing ok, where a source does not answer", async () => {
    const machine = testMachine(folder, {
      env: { BOT_POSTGRES: "postgres://u:p@127.0.0.1:9/x", BOT_REDIS: redis.url },
    });
    await main(["doctor"], machine);
    expect(machine.printed.out()).toContain("---- The target's PostgreSQL did not say what it is");
    expect(machine.printed.err()).toContain("target bot: ");
  });

  it("knows only configured scenarios", async () => {
    const { code, out, err } = await chatbench("doctor", "chta");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain('did you mean "chat"?');
  });
});

it("a strict scenario makes no load where the environment violates the methodology: invalid, with all of it said", async () => {
  const { code, out } = await chatbench("run", "chat");
  expect(code).toBe(3);
  expect(server.seen).toHaveLength(0);
  expect(out).toContain("INVALID chat");
  const [run = ""] = readdirSync(join(folder, "results")).filter((name) => name.includes("-chat-"));
  const record = JSON.parse(readFileSync(join(folder, "results", run, "record.json"), "utf8")) as RunRecord;
  expect(record).toMatchObject({ state: "finished", verdict: "invalid", trials: [], measurements: {} });
  expect(record.reason?.code).toBe("environment_violation");
  expect(record.reason?.text).toContain("max_connections is 50");
  expect(record.findings?.length).toBeGreaterThan(10);
  const page = readFileSync(join(folder, "results", run, "report.html"), "utf8");
  expect(page).toContain("Isolation of the load generator");
});
