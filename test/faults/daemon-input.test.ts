import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { configure, FAKE_K6, spawnDaemon, type DaemonConfig, type DaemonProcess } from "../support/daemon.ts";
import { folders, launch, metricsTookMs, refusedServe, seconds } from "../support/daemon-faults.ts";
import { samplesOf } from "../support/metrics-page.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { openSocket } from "../support/raw-http.ts";

// What people and strangers give the daemon: files that are wrong, signals, and connections that say nothing.

const space = folders();
const daemons: DaemonProcess[] = [];
const sockets: Socket[] = [];
let postgres: TestPostgres;
let folder = "";

beforeAll(async () => {
  postgres = await startPostgres(); // begins sooner than the embedded one
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  folder = await space.make();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { child } of daemons.splice(0)) await stopChild(child, "SIGKILL");
  await space.remove();
});

async function spawned(): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(folder, { ...FAKE_K6, DATABASE_URL: postgres.url });
  daemons.push(daemon);
  return daemon;
}

describe("a configuration that cannot be", () => {
  const scheduled = (schedule: string): DaemonConfig => ({
    scenarios: { chat: `${seconds(1)}, schedule: { ${schedule} }` },
  });

  const wrong: readonly (readonly [string, DaemonConfig, RegExp])[] = [
    ["10: an unknown time zone", scheduled('cron: "0 2 * * *", timezone: Europe/Atlantis'), /Europe\/Atlantis/],
    ["9: the 30th of February", scheduled('cron: "0 2 30 2 *"'), /never|no such|30/],
    [
      "51: a key with a typing error",
      { scenarios: { chat: `${seconds(1)}, objektives: {}` } },
      /objektives.*objectives/,
    ],
    [
      "53: a secret that is not there",
      { scenarios: { chat: seconds(1) }, more: "server: { token: { env: NOT_SET } }\n" },
      /NOT_SET/,
    ],
  ];
  it.each(wrong)("%s: refused with file, line and column, exit 2, and nothing is made", async (_, config, told) => {
    await configure(folder, config);
    const { code, out, err } = await refusedServe(folder);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/chatbench\.yml:\d+:\d+: error: /);
    expect(err).toMatch(told);
    expect(await readdir(folder)).not.toContain("results");
  });

  it("54: a web configuration that is wrong is told with its place, without what stands there", async () => {
    await writeFile(join(folder, "web.yml"), "basic_auth_users:\n  admin: my-plain-password\n");
    await configure(folder, { scenarios: { chat: seconds(1) }, more: "server: { web_config_file: web.yml }\n" });
    const { code, out, err } = await refusedServe(folder, { DATABASE_URL: postgres.url });
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toMatch(/web\.yml:2:\d+.*not a bcrypt hash/);
    expect(err).not.toContain("my-plain-password");
    expect(await readdir(join(folder, "results"))).not.toContain(".daemon.json");
  });
});

it("50: SIGHUP takes a good file, keeps the old one when the new is bad, and gauges tell", async () => {
  await configure(folder, { scenarios: { chat: seconds(1) } });
  const daemon = await spawned();
  const path = join(folder, "chatbench.yml");
  const good = await readFile(path, "utf8");
  const gauge = async (name: string): Promise<number | undefined> => samplesOf(await daemon.metrics(), name)[0]?.value;
  const loadedAt = await gauge("chatbench_config_last_reload_success_timestamp_seconds");
  const hash = samplesOf(await daemon.metrics(), "chatbench_config_info")[0]?.labels.sha256;

  await writeFile(path, good.replace("users: 1", "users: -1"));
  daemon.child.kill("SIGHUP");
  await expect.poll(() => gauge("chatbench_config_last_reload_successful")).toBe(0);
  expect(await gauge("chatbench_config_last_reload_success_timestamp_seconds")).toBe(loadedAt);
  expect(samplesOf(await daemon.metrics(), "chatbench_config_info")[0]?.labels.sha256).toBe(hash);
  expect(await (await daemon.get("/api/v1/scenarios")).text()).toContain('"chat"');
  expect(daemon.log()).toMatch(/chatbench\.yml:\d+:\d+: error: /); // who sends a signal has nothing but the log

  await writeFile(path, good.replace("  chat:", "  talk:"));
  daemon.child.kill("SIGHUP");
  await expect.poll(() => gauge("chatbench_config_last_reload_successful")).toBe(1);
  expect(await gauge("chatbench_config_last_reload_success_timestamp_seconds")).toBeGreaterThan(loadedAt ?? Infinity);
  expect(samplesOf(await daemon.metrics(), "chatbench_config_info")[0]?.labels.sha256).not.toBe(hash);
  expect(await (await daemon.get("/api/v1/scenarios")).text()).toContain('"talk"');
});

it("50: signals that come one upon the other end with the newest file in use", async () => {
  await configure(folder, { scenarios: { chat: seconds(1) } });
  const daemon = await spawned();
  const path = join(folder, "chatbench.yml");
  const good = await readFile(path, "utf8");
  for (let at = 0; at < 20; at += 1) {
    await writeFile(path, at % 3 === 2 ? "scenarios: [" : good.replace("  chat:", `  talk-${String(at)}:`));
    daemon.child.kill("SIGHUP");
  }
  await writeFile(path, good.replace("  chat:", "  last:"));
  daemon.child.kill("SIGHUP");
  const names = async (): Promise<readonly string[]> =>
    ((await (await daemon.get("/api/v1/scenarios")).json()) as { scenarios: { name: string }[] }).scenarios.map(
      ({ name }) => name,
    );
  await expect.poll(names, { timeout: 10_000 }).toEqual(["last"]);
  await expect.poll(async () => await daemon.metrics()).toContain("chatbench_config_last_reload_successful 1");
});

it("50: a SIGHUP that comes during the start ends nothing", async () => {
  await configure(folder, { scenarios: { chat: seconds(1) } });
  const starting = launch(folder, FAKE_K6);
  await expect.poll(() => existsSync(join(folder, "results/.store")), { timeout: 20_000, interval: 5 }).toBe(true);
  starting.child.kill("SIGHUP");
  await expect.poll(() => starting.seen.out, { timeout: 30_000 }).toContain("ready at");
  await expect.poll(() => starting.seen.err).toContain("The configuration was taken anew.");
  await stopChild(starting.child);
  expect(starting.child.exitCode).toBe(0);
});

it("66: 200 connections that say nothing and 200 that never end their headers keep nobody from /metrics", async () => {
  await configure(folder, { scenarios: { chat: seconds(1) } });
  const daemon = await spawned();
  const closed = { count: 0 };
  const open = async (text: string): Promise<void> => {
    const socket = await openSocket(daemon.url);
    sockets.push(socket);
    socket.on("close", () => (closed.count += 1)).resume();
    if (text !== "") socket.write(text);
  };
  await Promise.all(Array.from({ length: 200 }, () => open("")));
  await Promise.all(Array.from({ length: 200 }, () => open("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")));
  const took: number[] = [];
  for (let at = 0; at < 20; at += 1) took.push(await metricsTookMs(daemon));
  expect(Math.max(...took)).toBeLessThan(1_000);
  // They are let go after their time, and the daemon still ends in good order while others hang on.
  await expect.poll(() => closed.count, { timeout: 30_000 }).toBeGreaterThanOrEqual(200);
  expect(await metricsTookMs(daemon)).toBeLessThan(1_000);
  const gone = once(daemon.child, "exit");
  const from = performance.now();
  daemon.child.kill("SIGTERM");
  await gone;
  expect(daemon.child.exitCode).toBe(0);
  expect(performance.now() - from).toBeLessThan(10_000);
});
