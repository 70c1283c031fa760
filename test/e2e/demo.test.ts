import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { freePort, stopChild } from "../support/children.ts";
import { buildDemo, runDemo } from "../support/demo.ts";
import type { DemoProcess } from "../support/demo.ts";
import { startPostgres } from "../support/postgres.ts";
import type { TestPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import type { TestRedis } from "../support/redis.ts";

const PORTS = ["--chatbot-port", "0", "--provider-port", "0"];

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function say(chatbot: string, id: string, message: string): Promise<Reply> {
  const answer = await fetch(`${chatbot}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ conversation_id: id, message }),
  });
  return { status: answer.status, body: (await answer.json()) as Reply["body"] };
}

describe("the reference chatbot on real PostgreSQL and Redis", () => {
  const real: { postgres?: TestPostgres; redis?: TestRedis } = {};
  const open: Demo[] = [];
  const logged: string[] = [];

  beforeAll(async () => {
    real.postgres = await startPostgres();
    real.redis = await startRedis();
  });
  afterEach(async () => {
    for (const demo of open.splice(0)) await demo.close();
  });
  afterAll(async () => {
    await real.postgres?.stop();
    await real.redis?.stop();
  });

  async function demo(): Promise<Demo> {
    const asked = readSettings(PORTS, { DATABASE_URL: real.postgres!.url, REDIS_URL: real.redis!.url });
    if (asked.kind !== "start") throw new Error("bad settings");
    const started = await startDemo(asked.settings, (line) => logged.push(line));
    open.push(started);
    return started;
  }

  it("keeps a conversation in PostgreSQL, in order, over a restart", async () => {
    const first = await demo();
    expect(await (await fetch(`${first.chatbotUrl}/healthz`)).json()).toEqual({
      status: "ok",
      conversations: "postgres",
      cache: "redis",
    });
    const one = await say(first.chatbotUrl, "kept", "Where is my parcel?");
    await open.pop()!.close();
    const second = await demo();
    const two = await say(second.chatbotUrl, "kept", "And when will it come?");
    const rows = await real.postgres!.query(
      "select role, content from chat_messages where conversation_id = 'kept' order by id",
    );
    expect(rows).toEqual([
      { role: "user", content: "Where is my parcel?" },
      { role: "assistant", content: one.body.reply },
      { role: "user", content: "And when will it come?" },
      { role: "assistant", content: two.body.reply },
    ]);
    const tokens = two.body.usage as { prompt_tokens: number };
    expect(tokens.prompt_tokens).toBeGreaterThan((one.body.usage as { prompt_tokens: number }).prompt_tokens);
  });

  it("answers from Redis what any chatbot was asked before, and lets the answer expire", async () => {
    const [first, second] = [await demo(), await demo()];
    const asked = await say(first.chatbotUrl, "a", "Do you have a shop in Hamburg?");
    const again = await say(second.chatbotUrl, "b", "Do you have a shop in Hamburg?");
    expect(asked.body.cached).toBe(false);
    expect(again.body).toEqual({ ...asked.body, cached: true });
    expect(second.providerStats().requests).toBe(0);
    const [key] = await real.redis!.client.keys("chatbench-demo:answer:*");
    expect(await real.redis!.client.pttl(key!)).toBeGreaterThan(0);
  });

  it("starts twice at once on an empty database", async () => {
    await real.postgres!.query("drop table if exists chat_messages");
    const both = await Promise.all([demo(), demo()]);
    expect((await say(both[1].chatbotUrl, "a", "hello")).status).toBe(200);
  });

  it("goes on without Redis when it dies, and says so once, and 503 when PostgreSQL is gone", async () => {
    const started = await demo();
    await real.redis!.stop();
    for (const id of ["x", "y"]) {
      expect(await say(started.chatbotUrl, id, "Is this jacket waterproof?")).toMatchObject({
        status: 200,
        body: { cached: false },
      });
    }
    expect(logged.filter((line) => line.includes("cache failed"))).toHaveLength(1);
    await real.postgres!.stop();
    expect(await say(started.chatbotUrl, "x", "hello")).toEqual({
      status: 503,
      body: { error: { message: "The store of conversations cannot be reached.", type: "store_failed" } },
    });
    expect((await fetch(`${started.chatbotUrl}/healthz`)).status).toBe(503);
    expect(logged.join("\n")).not.toContain("secret-of-test");
  });
});

describe("the command of the demo", () => {
  const built: { main?: string } = {};
  const open: DemoProcess[] = [];

  beforeAll(async () => {
    built.main = await buildDemo();
  });
  afterEach(async () => {
    for (const { child } of open.splice(0)) await stopChild(child);
  });
  afterAll(async () => {
    await rm(dirname(dirname(built.main!)), { recursive: true, force: true });
  });

  function run(flags: readonly string[] = [], env: Record<string, string> = {}): DemoProcess {
    const demo = runDemo(built.main!, flags, env);
    open.push(demo);
    return demo;
  }

  it.each(["SIGINT", "SIGTERM"] as const)(
    "says in one line of JSON that it is ready, and ends at %s",
    async (signal) => {
      const demo = run();
      const ready = await demo.ready;
      expect((await say(ready!.chatbot, "a", "hello")).status).toBe(200);
      demo.child.kill(signal);
      const ended = await demo.ended;
      expect(ended).toMatchObject({ code: 0, signal: null });
      expect(ended.stdout).toBe(`${JSON.stringify({ ready: true, ...ready, provider: ready!.provider })}\n`);
    },
  );

  it("finishes the answers under way before it ends", async () => {
    const demo = run(["--latency", "constant", "--first-token-ms", "500"]);
    const { chatbot, provider } = (await demo.ready)!;
    const answer = say(chatbot, "a", "hello");
    const { requests } = await untilAsked(provider);
    expect(requests).toBe(1);
    demo.child.kill("SIGTERM");
    expect((await answer).status).toBe(200);
    expect((await demo.ended).code).toBe(0);
  });

  it("ends when its parent is gone", async () => {
    const demo = run();
    await demo.ready;
    demo.child.disconnect();
    expect(await demo.ended).toMatchObject({ code: 0, signal: null });
  });

  it("says in one sentence that a port is in use: exit 2", async () => {
    const { chatbot } = (await run().ready)!;
    const { port } = new URL(chatbot);
    const ended = await run(["--chatbot-port", port]).ended;
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toBe(
      `demo: port ${port} of 127.0.0.1 is in use: stop what uses it, or choose another by --chatbot-port or --provider-port (0: a free one).\n`,
    );
  });

  it.each(["DATABASE_URL", "REDIS_URL"])(
    "says that %s cannot be reached, without its password: exit 2",
    async (name) => {
      const scheme = name === "REDIS_URL" ? "redis" : "postgres";
      const ended = await run([], { [name]: `${scheme}://user:canary-5up3r@127.0.0.1:${await freePort()}/x` }).ended;
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      expect(ended.stderr).toContain(`(${name}) cannot be used (ECONNREFUSED)`);
      expect(ended.stderr).not.toContain("canary-5up3r");
    },
  );
});

async function untilAsked(provider: string): Promise<{ requests: number }> {
  for (;;) {
    const stats = (await (await fetch(`${provider}/stats`)).json()) as { requests: number };
    if (stats.requests > 0) return stats;
  }
}
