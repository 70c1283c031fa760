import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { configure, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { folders, listed, metricsTookMs, newestOnMetrics, refusedServe, seconds } from "../support/daemon-faults.ts";
import { samplesOf } from "../support/metrics-page.ts";
import { configureFive, fiveRunsWhileAway } from "../support/five-runs.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { execute, openedEmbedded } from "../support/store-sources.ts";
import { tcpProxyTo, type TcpProxy } from "../support/tcp-proxy.ts";

// The daemon, as a process of its own and with real k6, while its database is away, broken or newer.

const SECRET = "canary-of-the-database";
const NEWER = "insert into chatbench.migrations (number, name) values (99, 'of the future')";
const space = folders();
const daemons: DaemonProcess[] = [];
let postgres: TestPostgres;
let proxy: TcpProxy;
let target: TestServer;
let folder = "";

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  await postgres.query("drop schema if exists chatbench cascade");
  proxy = await tcpProxyTo(postgres.port);
  target = await startServer();
  folder = await space.make();
});
afterEach(async () => {
  for (const { child } of daemons.splice(0)) await stopChild(child, "SIGKILL");
  await proxy.close();
  await target.close();
  await space.remove();
});

async function spawned(env: Record<string, string> = {}): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(folder, env);
  daemons.push(daemon);
  return daemon;
}

const throughProxy = (): Record<string, string> => ({
  DATABASE_URL: `postgres://chatbench:${SECRET}@127.0.0.1:${String(proxy.port)}/postgres`,
});

describe("30: PostgreSQL is away at the start", () => {
  it.each(["refuse", "hold"] as const)(
    "30: (%s) up, not ready, says so; when it comes, it is ready and runs",
    async (fate) => {
      await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(3) } }); // a pass needs 100 requests
      proxy.set(fate);
      const from = performance.now();
      const daemon = await spawned(throughProxy());
      expect(performance.now() - from).toBeLessThan(8_000);
      await expect
        .poll(async () => await (await daemon.get("/-/ready")).text(), { timeout: 15_000 })
        .toContain("is away:");
      const ready = await daemon.get("/-/ready");
      expect(ready.status).toBe(503);
      expect(await ready.text()).not.toContain(SECRET);
      expect((await daemon.get("/-/healthy")).status).toBe(200);
      expect(await metricsTookMs(daemon)).toBeLessThan(1_000);
      const page = await daemon.metrics();
      expect(samplesOf(page, "chatbench_scrape_collector_success", { collector: "database" })[0]?.value).toBe(0);
      expect(samplesOf(page, "chatbench_runs_queued")).toEqual([]);
      const refused = await daemon.post("/api/v1/runs", { scenario: "chat" });
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(await refused.text()).not.toContain(SECRET);
      proxy.set("pass");
      await expect.poll(async () => (await daemon.get("/-/ready")).status, { timeout: 70_000 }).toBe(200);
      expect(await daemon.ended(await daemon.start("chat"))).toMatchObject({ state: "finished", verdict: "pass" });
      expect(daemon.log()).not.toContain(SECRET);
    },
  );
});

it("30: what runs said before stands on the gauges again while the database is away", async () => {
  await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(1) } });
  const before = await spawned(throughProxy());
  await before.ended(await before.start("chat"));
  const told = async ({ metrics }: DaemonProcess) => {
    const page = await metrics();
    return ["chatbench_newest_run_state", "chatbench_last_run_verdict", "chatbench_last_run_measurement"].flatMap(
      (name) => samplesOf(page, name, { scenario: "chat" }).filter(({ value }) => value !== 0),
    );
  };
  await expect.poll(async () => (await newestOnMetrics(before, "chat")).state, { timeout: 30_000 }).toBe("finished");
  const said = await told(before);
  expect(said.map(({ labels }) => labels.state)).toContain("finished");
  await stopChild(before.child, "SIGTERM");
  proxy.set("refuse");
  const after = await spawned(throughProxy());
  await expect.poll(() => told(after), { timeout: 20_000 }).toEqual(said);
  expect((await after.get("/-/ready")).status).toBe(503);
});

describe("31: PostgreSQL goes away in the middle of runs", () => {
  it.each(["refuse", "hold"] as const)(
    "31, 47: (%s) five runs end, are told, and are stored within 60 s of its return",
    async (fate) => {
      await configureFive(folder, target.url);
      const daemon = await spawned(throughProxy());
      await fiveRunsWhileAway({ folder, daemon, target, proxy, postgres }, { fate, awayMs: 0 });
      expect(daemon.log()).not.toContain(SECRET);
    },
  );
});

it("35: an embedded database that is broken is set aside, told, and refilled from the record files", async () => {
  await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(1) } });
  const first = await spawned();
  const ids = [await first.start("chat"), await first.start("chat")];
  for (const id of ids) await first.ended(id);
  // When a run was queued is told by the database alone.
  const rows = async (daemon: DaemonProcess): Promise<unknown> =>
    (await listed(daemon)).map((row) => ({ ...row, queued_at: undefined }));
  const before = await rows(first);
  expect((await listed(first)).map(({ id }) => id)).toEqual(ids.toSorted());
  await first.stop();
  const store = join(folder, "results/.store");
  await writeFile(join(store, "data/global/pg_control"), "half a block");
  const second = await spawned();
  const [aside] = (await readdir(store)).filter((name) => name.startsWith("corrupt-"));
  expect(aside).toBeDefined();
  expect(second.log()).toContain(`The database could not be read; it lies in ${join(store, aside ?? "")} now`);
  await expect.poll(() => rows(second), { timeout: 20_000 }).toEqual(before);
  expect(await second.ended(await second.start("chat"))).toMatchObject({ state: "finished" });
});

describe("38: the database is newer than the program", () => {
  const sentence =
    /^chatbench serve: The database's tables are of version 99, newer than the \d+ that this program knows: [^\n]*\.$/m;

  it("38: PostgreSQL: refused at start in one sentence, and nothing is left behind", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(1) } });
    const first = await spawned(throughProxy());
    await first.stop();
    await postgres.query(NEWER);
    const { code, out, err } = await refusedServe(folder, throughProxy());
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toMatch(sentence);
    expect(await readdir(join(folder, "results"))).not.toContain(".daemon.json");
    expect(err).not.toContain(SECRET);
  });

  it("38: the embedded one is refused alike, and is let go", async () => {
    await configure(folder, { baseUrl: target.url, scenarios: { chat: seconds(1) } });
    const place = join(folder, "results/.store");
    const store = await openedEmbedded(place);
    expect(await store.ready()).toEqual({ kind: "ready" });
    await execute({ host: place, port: 5432, user: "postgres", database: "postgres", ssl: false }, NEWER);
    await store.close();
    const { code, err } = await refusedServe(folder);
    expect(code).toBe(4);
    expect(err).toMatch(sentence);
    expect(await readdir(place)).toEqual(["data"]);
  });
});
