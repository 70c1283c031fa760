import { Agent } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "bcrypt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Guard } from "../../src/http/guard.ts";
import { startServer } from "../../src/http/index.ts";
import { Secret, type Clock } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import {
  fakeApi,
  handClock,
  JSON_BEARER,
  logTo,
  serveApi,
  TOKEN,
  type LoggedEvent,
  type ServedApi,
} from "../support/http-api.ts";
import { raw, type RawAnswer } from "../support/raw-http.ts";

const state: { folder: string; server?: ServedApi | undefined } = { folder: "" };
beforeAll(async () => (state.folder = await mkdtemp(join(tmpdir(), "http-auth-"))));
afterAll(() => rm(state.folder, { recursive: true, force: true }));
afterEach(async () => {
  await state.server?.close();
  state.server = undefined;
});

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const ALICE = basic("alice", "correct horse");

async function webConfig(users: Readonly<Record<string, string>>): Promise<string> {
  const file = join(state.folder, "web.yml");
  await writeFile(file, JSON.stringify({ basic_auth_users: users }));
  return file;
}

async function serve(options: Parameters<typeof serveApi>[1] = {}): Promise<ServedApi> {
  const webConfigFile = await webConfig({ alice: await hash("correct horse", 4) });
  state.server = await serveApi({}, { webConfigFile, ...options });
  return state.server;
}

async function guardOf(cost: number, clock: Clock = systemClock) {
  const logged: LoggedEvent[] = [];
  const users = { alice: await hash("correct horse", cost) };
  const guard = new Guard({ token: () => new Secret(TOKEN), users: () => users, clock, log: logTo(logged) });
  await guard.passwords.prepare(users);
  const ask = ({ authorization }: { authorization: string }) => guard.refuse("read", authorization, "192.0.2.1");
  return { guard, users, ask, logged };
}

const told = ({ status, text, headers }: RawAnswer) => ({ status, text, scheme: headers["www-authenticate"] });

describe("54: who may read", () => {
  it("is told by one and the same answer: nobody, an unknown user, a wrong password, and nonsense", async () => {
    const { url } = await serve();
    const nobody = told(await raw(url, { path: "/metrics" }));
    expect(nobody).toMatchObject({ status: 401, scheme: 'Basic realm="Chatbench", charset="UTF-8"' });
    for (const headers of [
      ...[basic("bob", "correct horse"), basic("alice", "wrong"), basic("__proto__", "x"), basic("", "")],
      ...[
        { authorization: "Basic !!!" },
        { authorization: "Digest x" },
        { authorization: "Bearer wrong-token-of-some-length" },
      ],
    ]) {
      expect(told(await raw(url, { path: "/metrics", headers }))).toEqual(nobody);
    }
    for (const path of ["/", "/-/healthy", "/config", "/api/v1/runs", "/nothing"]) {
      expect((await raw(url, { path })).status).toBe(401);
    }
  });

  it("a user may, and so may who has the token", async () => {
    const { url } = await serve();
    for (const headers of [ALICE, { authorization: `Bearer ${TOKEN}` }, { authorization: `bearer ${TOKEN}` }]) {
      expect((await raw(url, { path: "/metrics", headers })).status).toBe(200);
    }
  });

  it("a user may change nothing: that wants the token", async () => {
    const { url } = await serve();
    const run = { method: "POST", path: "/api/v1/runs", chunks: ['{"scenario":"chat-api"}'] };
    const refused = await raw(url, { ...run, headers: { ...ALICE, "content-type": "application/json" } });
    expect(told(refused)).toMatchObject({ status: 401, scheme: 'Bearer realm="Chatbench"' });
    expect((await raw(url, { ...run, headers: JSON_BEARER })).status).toBe(202);
  });
});

describe("54: ten thousand tries", () => {
  const wrong = (index: number) => basic(index % 2 === 0 ? "alice" : "bob", String(index));

  it("cost twenty checks of passwords, and the right one is heard again a second later", async () => {
    const clock = handClock();
    const { guard, ask, logged } = await guardOf(4, clock);
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, index) => ask(wrong(index))));
    expect(answers.filter((answer) => answer?.status === 401)).toHaveLength(20);
    expect(answers.filter((answer) => answer?.status === 429)).toHaveLength(9_980);
    expect(guard.passwords.checks).toBe(20);
    // Even what is right is not heard: else it could be found by trying.
    expect((await ask(ALICE))?.status).toBe(429);
    clock.advance(1_000);
    expect(await ask(ALICE)).toBeUndefined();
    expect(logged.length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(logged)).not.toContain("alice");
  });

  it("get two answers in all, whoever is tried", async () => {
    const { url } = await serve({ clock: handClock() });
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => raw(url, { path: "/metrics", headers: wrong(index), agent })),
    );
    agent.destroy();
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
    expect(new Set(answers.map(({ status, text }) => `${String(status)} ${text}`)).size).toBe(2);
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.every(({ headers }) => headers["retry-after"] === "1")).toBe(true);
  });

  it("of tokens are limited alike, and do not keep out who has the right one", async () => {
    state.server = await serveApi({}, { clock: handClock() });
    const { url } = state.server;
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const reload = { method: "POST", path: "/-/reload", agent };
    const tries = Array.from({ length: 500 }, async (_, index) => {
      const headers = { authorization: `Bearer ${String(index)}` };
      return (await raw(url, { ...reload, headers })).status;
    });
    const statuses = await Promise.all(tries);
    agent.destroy();
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(480);
    const right = { authorization: `Bearer ${TOKEN}` };
    expect((await raw(url, { method: "POST", path: "/-/reload", headers: right })).status).toBe(200);
  });
});

describe("54: a check of a password", () => {
  it("is made once for many scrapes with the right one, and for each with a wrong one", async () => {
    const { guard, ask } = await guardOf(4);
    for (let scrape = 0; scrape < 100; scrape += 1) expect(await ask(ALICE)).toBeUndefined();
    expect(guard.passwords.checks).toBe(1);
    for (let tried = 0; tried < 10; tried += 1) expect((await ask(basic("alice", "wrong")))?.status).toBe(401);
    expect(guard.passwords.checks).toBe(11);
  });

  it("takes as long for a user who does not exist as for a wrong password", async () => {
    const { guard, users } = await guardOf(9);
    const timeOf = async (user: string): Promise<number> => {
      const began = performance.now();
      await guard.passwords.check(users, user, "wrong");
      return performance.now() - began;
    };
    const pairs: { alice: number; nobody: number }[] = [];
    for (let pair = 0; pair < 15; pair += 1)
      pairs.push({ alice: await timeOf("alice"), nobody: await timeOf("nobody") });
    const median = (values: number[]): number => values.sort((a, b) => a - b)[7] ?? 0;
    const ratio = median(pairs.map(({ alice }) => alice)) / median(pairs.map(({ nobody }) => nobody));
    // Without the check against nobody's hash it is some hundred; a busy machine moves it a little.
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });

  it("is made one at a time, and a crowd is told to come again", async () => {
    const { guard } = await guardOf(6);
    const crowd = Array.from({ length: 200 }, (_, index) =>
      guard.refuse("read", basic("alice", String(index)).authorization, `192.0.2.${String(index)}`),
    );
    const statuses = (await Promise.all(crowd)).map((answer) => answer?.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
  });
});

describe("a server that would be open to others", () => {
  const start = (more: Partial<Parameters<typeof startServer>[0]>) =>
    startServer({
      ...{ api: fakeApi(), listen: { host: "0.0.0.0", port: 0 }, token: () => new Secret(TOKEN), version: "0" },
      ...{ allowedHosts: () => [], log: logTo([]), clock: systemClock, answered: () => undefined },
      ...more,
    });

  it("is not started without users, in one sentence", async () => {
    const [bare, empty] = [await start({}), await start({ webConfigFile: await webConfig({}) })];
    expect(bare).toEqual({
      problem:
        "Listening on 0.0.0.0, beyond loopback, needs users: name a file with basic_auth_users as server.web_config_file, or listen on 127.0.0.1.",
    });
    expect(empty).toEqual(bare);
  });

  it("is started with users, reached by any address, and tells nothing to strangers", async () => {
    const webConfigFile = await webConfig({ alice: await hash("correct horse", 4) });
    const server = await start({ webConfigFile });
    if ("problem" in server) throw new Error(server.problem);
    expect(server.url).toBe(`http://127.0.0.1:${String(server.port)}`);
    const host = "192.0.2.7:8640";
    expect((await raw(server.url, { path: "/", headers: { host } })).status).toBe(401);
    expect((await raw(server.url, { path: "/", headers: { host, ...ALICE } })).status).toBe(200);
    expect((await raw(server.url, { path: "/", headers: { host: "evil.example", ...ALICE } })).status).toBe(421);
    await server.close();
  });

  it("is not started with a token that can be guessed, a bad file, or a port that is taken", async () => {
    expect(await start({ token: () => new Secret("short") })).toHaveProperty(
      "problem",
      expect.stringContaining("fewer than 16 characters"),
    );
    const webConfigFile = await webConfig({ alice: "hunter2" });
    const bad = await start({ webConfigFile });
    expect("problem" in bad && bad.problem).toContain(
      `${webConfigFile}:1:22: error: basic_auth_users.alice: this is not`,
    );
    const { port } = await serve();
    expect(await start({ listen: { host: "127.0.0.1", port } })).toEqual({
      problem: `127.0.0.1:${String(port)} is in use by another program: stop that one, or listen on another port.`,
    });
    expect(await start({ listen: { host: "no-such-host.invalid", port: 0 } })).toHaveProperty("problem");
  });
});
