import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { configure, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import {
  eventsOf,
  folders,
  launch,
  listed,
  newestOnMetrics,
  processesOf,
  recordsIn,
  seconds,
  TELLING,
  TERMINAL,
} from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, answer, type TestServer } from "../support/server.ts";

// The daemon is killed at once (SIGKILL) somewhere in the life of a run, with real k6, and started again.

const KILLS = { postgres: 14, embedded: 6 };
/** Of the reading back: as much as a read of a number that stays the same takes. */
const READING_MS = 700;
const SEED = 20261123;
const space = folders();
let postgres: TestPostgres;
let target: TestServer;
let prometheus: TestServer;
const alive: DaemonProcess[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  target = await startServer();
  // Takes every push and holds a number that never fits: the read-back has its time.
  const found = { status: "success", data: { resultType: "vector", result: [{ metric: {}, value: [0, "5"] }] } };
  prometheus = await startServer(answer({ body: JSON.stringify(found), delayMs: 100 }));
});
afterEach(async () => {
  for (const one of alive.splice(0)) one.child.kill("SIGKILL");
  await target.close();
  await prometheus.close();
  await space.remove();
});

async function spawned(folder: string, env: Record<string, string>): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(folder, env);
  alive.push(daemon);
  return daemon;
}

/** Numbers from 0 to 1, the same at each run of the test. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Delays over the whole life of a run, one in each equal part of it, in no order. */
function delaysOver(lifeMs: number, count: number): number[] {
  const random = randoms(SEED + count);
  const delays = Array.from({ length: count }, (_, part) => ((part + random()) / count) * lifeMs);
  return delays
    .map((delay) => ({ delay, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ delay }) => delay);
}

interface Told {
  readonly seen: readonly { readonly id: string; readonly state: string; readonly code?: string }[];
  readonly log: string;
}

/** The next daemon is killed too, while it looks after what the first one left; gives what it logged until then. */
async function killWhileStarting(folder: string, env: Record<string, string>, delayMs: number): Promise<string> {
  const { child, seen } = launch(folder, env);
  const gone = once(child, "close");
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill("SIGKILL");
  await gone;
  return seen.err;
}

async function killAtOnce({ child }: DaemonProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** How long a run takes from the order until it is in the middle of reading its series back, which takes 5 s. */
async function lifeOfARun(daemon: DaemonProcess, folder: string): Promise<number> {
  const from = performance.now();
  const id = await daemon.start("chat");
  const record = async (): Promise<unknown> => (await recordsIn(folder)).get(id);
  await expect.poll(record, { timeout: 30_000, interval: 20 }).toBeDefined();
  return performance.now() - from + READING_MS;
}

/** Orders a run, kills the daemon after the delay, starts the next one, and looks at what it found. */
async function killedAfter(
  daemon: DaemonProcess,
  delayMs: number,
  again: () => Promise<DaemonProcess>,
): Promise<{ readonly next: DaemonProcess; readonly id: string | undefined; readonly log: string }> {
  const ordered = daemon.start("chat").catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  await killAtOnce(daemon);
  const next = await again();
  const id = await ordered;
  // What the dead one left is over before the next one is ready.
  if (id !== undefined) {
    const left = await processesOf([id]);
    const { state } = (await (await next.get(`/api/v1/runs/${id}`)).json()) as { state: string };
    if (TERMINAL.includes(state)) expect(left).toEqual([]);
    await next.ended(id);
  }
  return { next, id, log: daemon.log() };
}

async function killOften(kills: number, env: Record<string, string>): Promise<Told> {
  const folder = await space.make();
  const more = `prometheus: { url: "${prometheus.url}" }\n`;
  await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(1) }, more, script: TELLING });
  const random = randoms(SEED);
  const starts = { count: 0, log: "" };
  const again = async (): Promise<DaemonProcess> => {
    starts.count += 1;
    if (starts.count % 4 === 0) starts.log += await killWhileStarting(folder, env, 200 + 600 * random());
    return await spawned(folder, env);
  };
  let daemon = await again();
  const lifeMs = await lifeOfARun(daemon, folder);
  const logs: string[] = [];
  const known: string[] = [];
  const counts = new Map<string, number>();
  for (const delayMs of delaysOver(lifeMs, kills)) {
    const { next, id, log } = await killedAfter(daemon, delayMs, again);
    logs.push(log);
    daemon = next;
    if (id === undefined) continue;
    known.push(id);
    const record = (await recordsIn(folder)).get(id);
    expect(TERMINAL).toContain(record?.state);
    expect(await newestOnMetrics(next, "chat")).toEqual({ id, state: record?.state });
    if (record?.state !== "lost") continue;
    counts.set(id, target.countOf(`/${id}`));
    // Told by the daemon that found it, which may have been killed a moment later.
    const told = (): ReturnType<typeof eventsOf> => eventsOf(starts.log + next.log());
    await expect
      .poll(told, { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ run_id: id, state: "lost", level: "info" }));
  }
  logs.push(daemon.log());
  const records = await recordsIn(folder);
  expect(await processesOf([...records.keys()])).toEqual([]);
  expect(known.filter((id) => !records.has(id))).toEqual([]);
  const onDisk = [...records].map(([id, record]) => ({ id, state: record?.state }));
  const inList = async (): Promise<unknown> => (await listed(daemon)).map(({ id, state }) => ({ id, state }));
  await expect.poll(inList, { timeout: 20_000 }).toEqual(onDisk);
  for (const [id, count] of counts) expect(target.countOf(`/${id}`)).toBe(count); // no load after it was told lost
  const began = logs.flatMap(eventsOf).filter(({ msg }) => msg === "Run of chat began.");
  expect(new Set(began.map(({ run_id }) => run_id)).size).toBe(began.length); // none was run twice
  expect(known.length).toBeGreaterThan(kills / 2);
  const seen = [...records.values()].map((record) => ({
    ...{ id: record?.id ?? "", state: record?.state ?? "" },
    ...(record?.reason ? { code: record.reason.code } : {}),
  }));
  return { seen, log: logs.join("") };
}

describe("24: killed at any point of a run's life", () => {
  it("24: with PostgreSQL: no load is left, each run is told once, none is run again", async () => {
    const { seen } = await killOften(KILLS.postgres, { DATABASE_URL: postgres.url });
    const states = seen.map(({ state }) => state);
    expect(states.filter((state) => state === "lost").length).toBeGreaterThan(3);
    expect(states.filter((state) => state === "finished").length).toBeGreaterThan(0);
    expect(new Set(seen.filter(({ state }) => state === "lost").map(({ code }) => code))).toEqual(
      new Set(["daemon_died"]),
    );
  });

  it("24: with the embedded database it is the same", async () => {
    const { seen } = await killOften(KILLS.embedded, {});
    expect(seen.filter(({ state }) => state === "lost").length).toBeGreaterThan(1);
  });
});
