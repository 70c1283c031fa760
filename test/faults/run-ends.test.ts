import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTimeOf } from "../../src/platform/process-identity.ts";
import { stopChild } from "../support/children.ts";
import { filesWith, startCommand, type CommandProcess } from "../support/command.ts";
import { configure, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { fixture, folders, processesOf, recordsIn, seconds } from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// How `chatbench run` ends without a daemon, as a process of its own with the real k6: nothing of it may outlive it.

const CANARY = `cnry${String(process.pid)}x`;
/** Reads its secret, talks, and then thinks, and takes leave, for longer than anybody waits (k6 cuts the thinking
 * short at the first Ctrl-C, not the leave); SLOW_INIT: reading the script takes long. */
const SCRIPT = `import http from "k6/http"; import secrets from "k6/secrets"; import { sleep } from "k6";
if (__ENV.SLOW_INIT) { const until = Date.now() + 60000; while (Date.now() < until); }
export default async function () {
  http.get(__ENV.CHATBENCH_TARGET_URL, { headers: { "x-key": await secrets.get("KEY") } });
  sleep(Number(__ENV.THINK || 0.05));
}
export function teardown() { sleep(Number(__ENV.REST || 0)); }`;
const ENV = { SCRIPT_KEY: CANARY };
const SECRETS = "secrets: { KEY: { env: SCRIPT_KEY } }";

const space = folders();
let postgres: TestPostgres;
const commands: CommandProcess[] = [];
const daemons: DaemonProcess[] = [];
let folder = "";
let target: TestServer;

beforeAll(async () => {
  postgres = await startPostgres(); // begins sooner than the embedded one
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  target = await startServer();
  folder = await space.make();
  await configure(folder, {
    baseUrl: target.url,
    script: SCRIPT,
    scenarios: {
      long: `${seconds(150)}, ${SECRETS}`,
      thinker: `${seconds(60)}, ${SECRETS}, env: { THINK: "50", REST: "50" }`,
      reader: `${seconds(60)}, ${SECRETS}, env: { SLOW_INIT: "1" }`,
      talker: `${seconds(15)}, ${SECRETS}`,
      short: `${seconds(1)}, ${SECRETS}`,
    },
  });
});
afterEach(async () => {
  for (const { child } of commands.splice(0)) await stopChild(child, "SIGKILL");
  for (const { child } of daemons.splice(0)) await stopChild(child, "SIGKILL");
  await target.close();
  await space.remove();
});

function chatbench(args: readonly string[], env: Record<string, string> = {}): CommandProcess {
  const command = startCommand(folder, args, { ...ENV, ...env });
  commands.push(command);
  return command;
}

async function onlyId(): Promise<string> {
  const [id, ...others] = [...(await recordsIn(folder)).keys()];
  if (id === undefined || others.length > 0) throw new Error("not one run");
  return id;
}

/** Load is being made, and the run's id. */
async function atWork(scenario: string, env: Record<string, string> = {}): Promise<[CommandProcess, string]> {
  const command = chatbench(["run", scenario], env);
  await expect.poll(() => target.seen.length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  expect(target.seen[0]?.headers).toMatchObject({ "x-key": CANARY }); // it came through
  return [command, await onlyId()];
}

/** k6 reads the script for the first time: the secrets lie beside it. */
async function reading(): Promise<[CommandProcess, string]> {
  const command = chatbench(["run", "reader"]);
  const results = join(folder, "results");
  await expect
    .poll(async () => await filesWith(results, CANARY).catch(() => []), { timeout: 30_000, interval: 20 })
    .not.toEqual([]);
  const id = await onlyId();
  await expect.poll(async () => await processesOf([id]), { timeout: 10_000, interval: 20 }).not.toEqual([]);
  return [command, id];
}

async function signalled({ child, ended }: CommandProcess, signal: NodeJS.Signals): Promise<number | string | null> {
  child.kill(signal);
  return await ended;
}

/** Of a run nothing is at work, and its secret lies nowhere. */
async function nothingLeft(id: string): Promise<void> {
  await expect.poll(async () => await processesOf([id]), { timeout: 5_000, interval: 20 }).toEqual([]);
  expect(await filesWith(join(folder, "results", id), CANARY)).toEqual([]);
}

describe("the terminal is closed", () => {
  it("26: SIGHUP ends the load in good order, and what was measured is kept", async () => {
    const [command, id] = await atWork("long");
    expect(await signalled(command, "SIGHUP")).toBe(130);
    await nothingLeft(id);
    const record = (await recordsIn(folder)).get(id);
    expect(record).toMatchObject({ state: "aborted", aborted_by: "shutdown", verdict: null });
    expect(command.seen.err).toContain("the terminal was closed");
  });

  it("26: a terminal that says it twice is no impatient person", async () => {
    const [command, id] = await atWork("long");
    command.child.kill("SIGHUP");
    expect(await signalled(command, "SIGHUP")).toBe(130);
    expect((await recordsIn(folder)).get(id)).toMatchObject({ state: "aborted" });
  });
});

it("26: the terminal of `stack up` is closed: nothing of the stack stays", async () => {
  const command = chatbench(["stack", "up"]);
  await expect.poll(() => command.seen.out, { timeout: 60_000 }).toContain("Prometheus is ready");
  const text = await readFile(join(folder, "results/.stack.json"), "utf8");
  const { prometheus, parts } = JSON.parse(text) as { prometheus: { pid: number }; parts: object };
  const others = Object.values(parts) as { pid: number }[];
  expect(await signalled(command, "SIGHUP")).toBe(0);
  for (const { pid } of [prometheus, ...others]) expect(await startTimeOf(pid)).toBeUndefined();
});

describe("27 and 65: Ctrl-C twice", () => {
  it("27, 65: kills the load at once, exit 130, and no secret stays on disk", async () => {
    const [command, id] = await atWork("thinker");
    command.child.kill("SIGINT");
    await expect.poll(() => command.seen.err, { timeout: 5_000 }).toContain("Again to stop at once");
    const from = performance.now();
    expect(await signalled(command, "SIGINT")).toBe(130);
    expect(performance.now() - from).toBeLessThan(3_000);
    await nothingLeft(id);
  });

  it("27, 65: also while the script is still being read and its secrets lie beside it", async () => {
    const [command, id] = await reading();
    command.child.kill("SIGINT");
    await expect.poll(() => command.seen.err, { timeout: 5_000 }).toContain("Again to stop at once");
    expect(await signalled(command, "SIGINT")).toBe(130);
    await nothingLeft(id);
    expect(await readdir(join(folder, "results", id))).not.toContain(".secrets");
  });
});

it("27: a command that listens no more ends by Ctrl-C with 130, not as killed by a signal", async () => {
  const machine = new URL("../../dist/src/platform/machine.js", import.meta.url).href;
  const script = `import { realMachine } from "${machine}"; realMachine().onStop(() => {})(); setInterval(() => {}, 1e6); console.log("up");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
});

describe("65: secrets lie on disk no longer than k6 needs to read them", () => {
  it("65: while the load goes on they are gone", async () => {
    const [command, id] = await atWork("long");
    await expect.poll(async () => await filesWith(join(folder, "results"), CANARY), { timeout: 3_000 }).toEqual([]);
    expect(await processesOf([id])).not.toEqual([]);
    await signalled(command, "SIGINT");
  });

  it("65: a second trial finds its own", async () => {
    const stepped = `pattern: { name: stress, users: 2, from: 1, step: 1, duration: 2s, warmup: 0s }, ${SECRETS}`;
    await configure(folder, { baseUrl: target.url, script: SCRIPT, scenarios: { steps: stepped } });
    await chatbench(["run", "steps"]).ended;
    const record = (await recordsIn(folder)).get(await onlyId());
    expect(record?.trials.length).toBeGreaterThan(1);
    expect(new Set(record?.trials.map(({ outcome }) => outcome.kind))).toEqual(new Set(["completed"]));
    expect(new Set(target.seen.map(({ headers }) => headers["x-key"]))).toEqual(new Set([CANARY]));
  });
});

it("28: an error of ours that nobody caught ends the load, exit 4, and the next run keeps that one as lost", async () => {
  const [command, id] = await atWork("thinker", fixture("reject.mjs"));
  expect(await signalled(command, "SIGUSR2")).toBe(4);
  expect(command.seen.err).toContain("Chatbench itself failed: Error: nobody caught this");
  await nothingLeft(id);
  expect(await chatbench(["run", "short"]).ended).not.toBe(4);
  expect((await recordsIn(folder)).get(id)).toMatchObject({ state: "lost", reason: { code: "daemon_died" } });
});

describe("24: killed at once", () => {
  it("24, 65: `runs` tells it, and the next run ends its load first and keeps it as lost", async () => {
    const [command, id] = await reading();
    expect(await signalled(command, "SIGKILL")).toBe("SIGKILL");
    expect(await processesOf([id])).not.toEqual([]); // k6 goes on
    const runs = chatbench(["runs"]);
    expect(await runs.ended).toBe(0);
    expect(runs.seen.err).toContain(`without a record: ${id} (died; the next run keeps it as lost).`);
    const next = chatbench(["run", "short"]);
    await expect.poll(() => target.seen.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
    await nothingLeft(id);
    expect((await recordsIn(folder)).get(id)).toMatchObject({ state: "lost", verdict: null });
    await next.ended;
    expect(next.seen.err).toContain(`${id} died with the process that ran it; it is kept as lost.`);
  });

  it("24: a run of another terminal is left alone, and told as at work", async () => {
    const [command, id] = await atWork("long");
    const runs = chatbench(["runs", "--json"]);
    expect(await runs.ended).toBe(0);
    const pid = command.child.pid;
    expect(JSON.parse(runs.seen.out)).toMatchObject({ unfinished: [{ id, process: "at_work", pid }] });
    expect(runs.seen.err).toContain(`${id} (at work, pid ${String(pid)})`);
    await writeFile(join(folder, "load_tests/chat.js"), "export default function () {}"); // the other run is over soon
    const other = chatbench(["run", "short", "--target", "bot-2"]);
    await other.ended;
    expect(await processesOf([id])).not.toEqual([]);
    expect((await recordsIn(folder)).get(id)).toBeUndefined();
    expect(await signalled(command, "SIGINT")).toBe(130);
    expect((await recordsIn(folder)).get(id)).toMatchObject({ state: "aborted", aborted_by: "person" });
  });
});

describe("two at once on one target", () => {
  it("12: the second run waits for the first, says so, and is measured alone", async () => {
    const [first, id] = await atWork("talker");
    const second = chatbench(["run", "short"]);
    await expect.poll(() => second.seen.err, { timeout: 20_000 }).toContain(`waits until ${id} (pid `);
    expect(second.seen.err).toContain("two at once on bot would measure each other. Ctrl-C leaves.");
    expect([...(await recordsIn(folder)).keys()]).toEqual([id]); // not begun
    await first.ended;
    await second.ended;
    const records = await recordsIn(folder); // of the same second: their names are in no order
    const [one, two] = [records.get(id), [...records.values()].find((record) => record?.id !== id)];
    expect([one?.id, one?.state, two?.state]).toEqual([id, "finished", "finished"]);
    expect(Date.parse(two?.started_at ?? "")).toBeGreaterThanOrEqual(Date.parse(one?.trials[0]?.ended_at ?? ""));
  });

  it("12: Ctrl-C leaves the queue: no run, no load, nothing behind", async () => {
    const [first, id] = await atWork("long");
    const second = chatbench(["run", "short"]);
    await expect.poll(() => second.seen.err, { timeout: 20_000 }).toContain(`waits until ${id}`);
    expect(await signalled(second, "SIGINT")).toBe(130);
    expect([...(await recordsIn(folder)).keys()]).toEqual([id]);
    await signalled(first, "SIGINT");
    expect((await readdir(join(folder, "results"))).filter((name) => name.startsWith(".turn-"))).toEqual([]);
  });

  it("12: a run of the daemon waits for one of the command line that began before it", async () => {
    const [first, id] = await atWork("long");
    const daemon = await spawnDaemon(folder, { ...ENV, DATABASE_URL: postgres.url });
    daemons.push(daemon);
    const second = await daemon.start("short");
    await expect.poll(() => daemon.log(), { timeout: 20_000 }).toContain(`"waits_for":"${id}"`);
    expect(await signalled(first, "SIGINT")).toBe(130);
    const { started_at, state } = await daemon.ended(second);
    expect(state).toBe("finished");
    const before = (await recordsIn(folder)).get(id)?.trials[0]?.ended_at ?? "";
    expect(Date.parse(started_at)).toBeGreaterThanOrEqual(Date.parse(before));
    await daemon.stop();
  });
});
