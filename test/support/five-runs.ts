import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { configure, type DaemonProcess } from "./daemon.ts";
import { listed, metricsTookMs, newestOnMetrics, recordsIn, seconds, TELLING } from "./daemon-faults.ts";
import type { TestPostgres } from "./postgres.ts";
import type { TestServer } from "./server.ts";
import type { TcpFate, TcpProxy } from "./tcp-proxy.ts";

// Five runs of real k6 that end while the database behind the proxy is away, for seconds (test/faults) or for the ten
// minutes of reliability.md (npm run e2e:database).

const NAMES = ["one", "two", "three", "four", "five"];
const TARGETS = ["bot", "bot-2", "bot-3", "bot-4", "bot-5"];
const LOOK_MS = 5_000;

export async function configureFive(folder: string, baseUrl: string): Promise<void> {
  const scenarios = Object.fromEntries(NAMES.map((name, at) => [name, `target: ${TARGETS[at] ?? ""}, ${seconds(3)}`]));
  await configure(folder, { baseUrl, scenarios, more: "queue: { concurrent_runs: 5 }\n", script: TELLING });
}

export interface Stage {
  /** With the configuration of `configureFive`. */
  readonly folder: string;
  readonly daemon: DaemonProcess;
  readonly target: TestServer;
  readonly proxy: TcpProxy;
  readonly postgres: TestPostgres;
}

const IN_DATABASE = "select count(*)::int as runs from chatbench.runs where state = 'finished'";

/** Begins the runs, takes the database away for at least `awayMs` and until all have ended, and sees them stored. */
export async function fiveRunsWhileAway(
  { folder, daemon, target, proxy, postgres }: Stage,
  { fate, awayMs }: { readonly fate: TcpFate; readonly awayMs: number },
): Promise<{ readonly storedMs: number }> {
  const ids: string[] = [];
  for (const name of NAMES) ids.push(await daemon.start(name));
  await expect.poll(() => ids.every((id) => target.countOf(`/${id}`) > 0), { timeout: 30_000 }).toBe(true);
  proxy.set(fate);
  const from = performance.now();
  const slowest = { ms: 0 };
  const allEnded = async (): Promise<readonly unknown[]> => {
    slowest.ms = Math.max(slowest.ms, await metricsTookMs(daemon));
    return await Promise.all(NAMES.map(async (name) => await newestOnMetrics(daemon, name)));
  };
  const ended = ids.map((id) => ({ id, state: "finished" }));
  // All five, on the disk and on the gauges, while no database can be reached.
  await expect.poll(allEnded, { timeout: 60_000, interval: 100 }).toEqual(ended);
  const records = [...(await recordsIn(folder)).values()];
  expect(records.map((record) => record?.state)).toEqual(Array(5).fill("finished"));
  expect(await postgres.query(IN_DATABASE)).toEqual([{ runs: 0 }]);
  await expect.poll(async () => (await daemon.get("/-/ready")).status, { timeout: 20_000 }).toBe(503);
  while (performance.now() - from < awayMs) {
    await setTimeout(LOOK_MS);
    expect(await allEnded()).toEqual(ended);
    expect((await daemon.get("/-/ready")).status).toBe(503);
  }
  expect(slowest.ms).toBeLessThan(1_000);
  proxy.set("pass");
  const back = performance.now();
  await expect.poll(() => postgres.query(IN_DATABASE), { timeout: 60_000 }).toEqual([{ runs: 5 }]);
  const storedMs = performance.now() - back;
  await expect.poll(async () => (await daemon.get("/-/ready")).status, { timeout: 20_000 }).toBe(200);
  expect((await listed(daemon)).map(({ id, state, verdict }) => ({ id, state, verdict }))).toEqual(
    ids.toSorted().map((id) => ({ id, state: "finished", verdict: "pass" })),
  );
  expect(await allEnded()).toEqual(ended);
  expect(daemon.log()).not.toContain('"lost"');
  return { storedMs };
}
