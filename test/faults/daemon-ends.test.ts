import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { configure, FAKE_K6, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import {
  eventsOf,
  fixture,
  folders,
  newestOnMetrics,
  processesOf,
  PROGRAM,
  recordsIn,
  seconds,
} from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { tcpProxyTo, type TcpProxy } from "../support/tcp-proxy.ts";

// How the daemon ends, as a process of its own: in good order, at once, by a bug of ours, and as a zombie.

const space = folders();
const children: ChildProcess[] = [];
let postgres: TestPostgres;
let folder = "";
let target: TestServer;
let proxy: TcpProxy;

beforeAll(async () => {
  postgres = await startPostgres(); // begins sooner than the embedded one
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  await postgres.query("drop schema if exists chatbench cascade");
  target = await startServer();
  proxy = await tcpProxyTo(postgres.port);
  folder = await space.make();
});
afterEach(async () => {
  for (const child of children.splice(0)) await stopChild(child, "SIGKILL");
  await proxy.close();
  await target.close();
  await space.remove();
});

async function spawned(env: Record<string, string> = {}): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(folder, env);
  children.push(daemon.child);
  return daemon;
}

/** A fixture of k6 that is at work: it has written down its own pid and perhaps that of its child. */
async function atWork(daemon: DaemonProcess, kind: string): Promise<string> {
  const id = await daemon.start(kind);
  await expect.poll(() => existsSync(join(folder, "results", id, "ready")), { timeout: 30_000 }).toBe(true);
  return id;
}

const FAKES = {
  stubborn: `${seconds(60)}, env: { FAKE_K6: stubborn }`,
  stay: `${seconds(60)}, env: { FAKE_K6: stay }`,
};

const onPostgres = (): Record<string, string> => ({ ...FAKE_K6, DATABASE_URL: postgres.url });

it("27: a second Ctrl-C kills the group and ends the daemon with 130 at once; the next start tells the run", async () => {
  await configure(folder, { baseUrl: target.url, scenarios: FAKES });
  const daemon = await spawned(onPostgres());
  const id = await atWork(daemon, "stubborn");
  daemon.child.kill("SIGINT");
  await expect.poll(() => daemon.log()).toContain("Stopping (SIGINT)");
  const from = performance.now();
  daemon.child.kill("SIGINT");
  await once(daemon.child, "exit");
  expect(performance.now() - from).toBeLessThan(1_000);
  expect(daemon.child.exitCode).toBe(130);
  await expect.poll(() => processesOf([id]), { timeout: 1_000 }).toEqual([]);
  const next = await spawned(onPostgres());
  const { state } = await next.ended(id);
  expect(["aborted", "lost"]).toContain(state);
  expect(await newestOnMetrics(next, "stubborn")).toEqual({ id, state });
});

describe("26, 32: the database hangs, every connection to it open", () => {
  const throughProxy = (): Record<string, string> => ({
    ...FAKE_K6,
    DATABASE_URL: `postgres://chatbench:x@127.0.0.1:${String(proxy.port)}/postgres`,
  });

  /** How long the daemon takes to be gone. */
  async function goneMs({ child }: DaemonProcess, signal: NodeJS.Signals): Promise<number> {
    const from = performance.now();
    child.kill(signal);
    await once(child, "exit");
    return performance.now() - from;
  }

  it("26, 32: with nothing to do, the daemon is gone within 25 s of TERM", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: FAKES });
    const daemon = await spawned(throughProxy());
    proxy.set("hold");
    expect(await goneMs(daemon, "SIGTERM")).toBeLessThan(25_000);
    expect(daemon.child.exitCode).toBe(0);
    expect(existsSync(join(folder, "results/.daemon.json"))).toBe(false);
  });

  it("26, 32: with a k6 that ignores TERM too, and its run is kept", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: FAKES });
    const daemon = await spawned(throughProxy());
    const id = await atWork(daemon, "stubborn");
    proxy.set("hold");
    expect(await goneMs(daemon, "SIGTERM")).toBeLessThan(25_000);
    expect(daemon.child.exitCode).toBe(0);
    expect(await processesOf([id])).toEqual([]);
    expect((await recordsIn(folder)).get(id)).toMatchObject({ state: "aborted", aborted_by: "shutdown" });
  });

  it("28, 32: after an error of ours it is gone within 10 s", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: FAKES });
    const daemon = await spawned({ ...throughProxy(), ...fixture("reject.mjs") });
    const id = await atWork(daemon, "stubborn");
    proxy.set("hold");
    expect(await goneMs(daemon, "SIGUSR2")).toBeLessThan(10_000);
    expect(daemon.child.exitCode).toBe(1);
    expect(await processesOf([id])).toEqual([]);
  });
});

it("28: an error of ours that nobody caught is logged once, load is ended, the exit is 1, and the run is told", async () => {
  await configure(folder, { baseUrl: target.url, scenarios: FAKES });
  const daemon = await spawned({ ...onPostgres(), ...fixture("reject.mjs") });
  const id = await atWork(daemon, "stubborn");
  const from = performance.now();
  daemon.child.kill("SIGUSR2");
  await once(daemon.child, "close");
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(daemon.child.exitCode).toBe(1);
  expect(daemon.log().match(/nobody caught this/g)).toHaveLength(1);
  expect(eventsOf(daemon.log())).toContainEqual(
    expect.objectContaining({
      level: "error",
      msg: expect.stringContaining("Chatbench itself failed: Error: nobody caught this") as unknown,
    }),
  );
  expect(await processesOf([id])).toEqual([]);
  const next = await spawned(onPostgres());
  const record = await next.ended(id);
  expect(record).toMatchObject({ state: "aborted", aborted_by: "shutdown", verdict: null }); // by nobody's wish
  expect(await newestOnMetrics(next, "stubborn")).toEqual({ id, state: "aborted" });
});

describe("29: nobody reaps the dead", () => {
  /** The daemon as the child of a process that never waits for it: killed, it stays as a zombie. */
  async function unreaped(): Promise<number> {
    const script = `"$0" "$1" serve --listen 127.0.0.1:0 & echo "pid $!"; exec sleep 600`;
    const parent = spawn("/bin/sh", ["-c", script, process.execPath, PROGRAM], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...FAKE_K6 },
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(parent);
    let out = "";
    parent.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    await expect.poll(() => out, { timeout: 30_000 }).toContain("ready at");
    return Number(/pid (\d+)/.exec(out)?.[1]);
  }

  it("29: a zombie daemon holds neither results nor database nor run", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: FAKES });
    const zombie = await unreaped();
    const { url, token } = JSON.parse(await readFile(join(folder, "results/.daemon.json"), "utf8")) as Record<
      string,
      string
    >;
    const answer = await fetch(`${url ?? ""}/api/v1/runs`, {
      method: "POST",
      headers: { authorization: `Bearer ${token ?? ""}`, "content-type": "application/json" },
      body: JSON.stringify({ scenario: "stay" }),
    });
    const { id } = (await answer.json()) as { id: string };
    await expect.poll(() => existsSync(join(folder, "results", id, "ready")), { timeout: 30_000 }).toBe(true);
    process.kill(zombie, "SIGKILL");
    await expect.poll(() => readFile(`/proc/${String(zombie)}/stat`, "utf8"), { interval: 5 }).toContain(") Z ");
    const next = await spawned(FAKE_K6);
    expect(await next.ended(id)).toMatchObject({ state: "lost", reason: { code: "daemon_died" } });
    expect(await processesOf([id])).toEqual([]);
    expect(await readFile(`/proc/${String(zombie)}/stat`, "utf8")).toContain(") Z "); // it was one all the while
  });
});
