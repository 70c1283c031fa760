import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { configure, FAKE_K6 } from "../support/daemon.ts";
import { folders, processesOf, PROGRAM, seconds } from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// Daemons that see neither each other's processes nor, being both process 1, a difference of pid: as containers do.

const UNSHARE = ["--pid", "--fork", "--kill-child", "--mount-proc"];
/** Only root may make namespaces of pids. */
const canUnshare = spawnSync("unshare", [...UNSHARE, "true"]).status === 0;
const STAY = `${seconds(90)}, env: { FAKE_K6: stay }`;

const space = folders();
const children: ChildProcess[] = [];
let postgres: TestPostgres;
let target: TestServer;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  target = await startServer();
});
afterEach(async () => {
  for (const child of children.splice(0)) await stopChild(child, "SIGKILL");
  await target.close();
  await space.remove();
});

interface Contained {
  readonly child: ChildProcess;
  readonly seen: { readonly out: string; readonly err: string };
}

/** `chatbench serve` as process 1 of a pid namespace of its own; resolves when it is ready or has ended. */
async function contained(folder: string, env: Record<string, string> = {}): Promise<Contained> {
  const serve = [process.execPath, PROGRAM, "serve", "--listen", "127.0.0.1:0"];
  const child = spawn("unshare", [...UNSHARE, ...serve], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...FAKE_K6, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.err += text));
  await expect
    .poll(() => seen.out.includes("ready at") || child.exitCode !== null, { timeout: 120_000, interval: 50 })
    .toBe(true);
  return { child, seen };
}

async function ask(folder: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const file = await readFile(join(folder, "results/.daemon.json"), "utf8");
  const { url, token } = JSON.parse(file) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(
    url + path,
    body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) },
  );
  return (await answer.json()) as Record<string, unknown>;
}

async function placed(): Promise<string> {
  const folder = await space.make();
  await configure(folder, { baseUrl: target.url, scenarios: { chat: STAY } });
  return folder;
}

describe.runIf(canUnshare)("two containers (skipped where unshare is not allowed)", () => {
  it("34: on one embedded database the second is refused by name, and let in when the first is gone", async () => {
    const folder = await placed();
    const first = await contained(folder);
    expect(first.seen.out + first.seen.err).toContain("ready at");
    const second = await contained(folder);
    expect(second.child.exitCode).toBe(4);
    expect(second.seen.err).toContain(
      `The database in ${join(folder, "results/.store")} is in use by process 1 in another container: stop that process first`,
    );
    await stopChild(first.child, "SIGKILL");
    const third = await contained(folder);
    expect(third.seen.out + third.seen.err).toContain("ready at");
    expect((await readdir(join(folder, "results/.store"))).filter((name) => name.endsWith(".lock"))).toHaveLength(1);
  }, 300_000); // the embedded database begins three times

  it("3, 24: with one host name on one PostgreSQL neither takes the other for dead", async () => {
    await postgres.query("drop schema if exists chatbench cascade");
    const env = { DATABASE_URL: postgres.url };
    const [here, there] = [await placed(), await placed()];
    await contained(here, env);
    const { id } = (await ask(here, "/api/v1/runs", { scenario: "chat" })) as { id: string };
    await expect.poll(() => existsSync(join(here, "results", id, "ready")), { timeout: 60_000 }).toBe(true);
    await contained(there, env);
    await expect // it has beaten, and looked for dead ones, twice
      .poll(() => postgres.query("select id from chatbench.instances where last_heartbeat > now() - interval '5 s'"))
      .toHaveLength(2);
    await setTimeout(12_000);
    expect(await ask(there, `/api/v1/runs/${id}`)).toMatchObject({ state: "running" });
    expect(await processesOf([id])).not.toEqual([]);
  });
});
