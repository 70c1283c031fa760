import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/model/index.ts";
import { stopChild } from "../support/children.ts";
import { configure, FAKE_K6, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import {
  eventsOf,
  fixture,
  folders,
  listed,
  processesOf,
  recordsIn,
  seconds,
  TELLING,
} from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { execute } from "../support/store-sources.ts";

// What takes its time by its nature (a minute of the clock, the silence after which a daemon counts as lost, the grace
// of k6): all at once, each in a world of its own.

/** After the minute: 4 s of it nothing moves, then a busy machine may take its time. */
const LATEST_MS = 15_000;
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

interface Placed extends DaemonProcess {
  readonly folder: string;
}

interface World {
  readonly target: TestServer;
  /** Rows of this world's own database. */
  readonly query: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  /** A daemon with a results folder of its own on this world's database. */
  readonly spawn: (scenarios: Record<string, string>, env?: Record<string, string>) => Promise<Placed>;
}

/** A target, a database and daemons of one test; all gone afterwards. */
async function inWorld(name: string, work: (world: World) => Promise<void>): Promise<void> {
  const space = folders();
  const daemons: DaemonProcess[] = [];
  const target = await startServer();
  await postgres.query(`create database ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  const world: World = {
    target,
    query: (sql) => execute({ connectionString: url.href }, sql),
    async spawn(scenarios, env = {}) {
      const folder = await space.make();
      await configure(folder, { baseUrl: target.url, scenarios, script: TELLING });
      const daemon = await spawnDaemon(folder, { DATABASE_URL: url.href, ...env });
      daemons.push(daemon);
      return { ...daemon, folder };
    },
  };
  try {
    await work(world);
  } finally {
    for (const { child } of daemons) {
      child.kill("SIGCONT");
      await stopChild(child, "SIGKILL");
    }
    await target.close();
    await space.remove();
  }
}

/** Events of a daemon's log in which the fixture says over which minute nothing moved. */
function blockedMinute(daemon: Placed): number | undefined {
  return eventsOf(daemon.log()).flatMap(({ blocked }) => (blocked as { minute: number } | undefined)?.minute ?? [])[0];
}

const EVERY_MINUTE = { chat: `${seconds(1)}, schedule: { cron: "* * * * *", overlap: queue }` };

const slotsOf = (world: World): Promise<readonly Record<string, unknown>[]> =>
  world.query(
    `select slot, count(*)::int as runs from chatbench.runs where trigger = 'cron' group by slot order by slot`,
  );

describe.concurrent("what takes its time", () => {
  it("6: two daemons whose event loops stand still for 5 s over the minute run its slot, once", async () => {
    await inWorld("blocked", async (world) => {
      const spawn = (): Promise<Placed> => world.spawn(EVERY_MINUTE, fixture("blocked-minute.mjs"));
      const [one, two] = await Promise.all([spawn(), spawn()]);
      const both = (): readonly (number | undefined)[] => [blockedMinute(one), blockedMinute(two)];
      await vi.waitFor(() => expect(both()).not.toContain(undefined), { timeout: 100_000 });
      const [minute = 0, other] = both();
      expect(other).toBe(minute); // else nobody was late
      // A quick machine may have run the minute before already: daemons that were up in time for it.
      const late = async (): Promise<readonly RunSummary[]> =>
        (await listed(one)).filter(({ slot }) => Date.parse(slot ?? "") === minute);
      await vi.waitFor(async () => expect(await late()).toMatchObject([{ state: "finished", trigger: "cron" }]), {
        timeout: 30_000,
      });
      expect(await slotsOf(world)).toContainEqual({ slot: new Date(minute), runs: 1 });
      // At once when it could move again, not by the next minute's tick.
      expect(Date.parse((await late())[0]?.started_at ?? "")).toBeLessThan(minute + LATEST_MS);
    });
  });

  it("4: a clock that is set back by an hour stops no schedule while the database's goes on", async () => {
    await inWorld("set_back", async (world) => {
      const daemon = await world.spawn(EVERY_MINUTE, fixture("clock-back.mjs"));
      daemon.child.kill("SIGUSR2");
      await vi.waitFor(async () => expect(await slotsOf(world)).not.toEqual([]), { timeout: 130_000, interval: 250 });
    });
  });

  it("24: a daemon of another machine that is silent for 30 s has lost its run, and ends its load when it is back", async () => {
    await inWorld("silent", async (world) => {
      const long = { chat: seconds(120) };
      const pair = [await world.spawn(long, fixture("other-host.mjs")), await world.spawn(long)] as const;
      const id = await pair[0].start("chat");
      await vi.waitFor(() => expect(world.target.countOf(`/${id}`)).toBeGreaterThan(0), { timeout: 30_000 });
      // Either may have claimed it: the one that is stopped is the one that did.
      const [owner, other] = (await recordsIn(pair[0].folder)).has(id) ? pair : ([pair[1], pair[0]] as const);
      const from = Date.now();
      owner.child.kill("SIGSTOP");
      expect(await other.ended(id)).toMatchObject({ state: "lost", reason: { code: "owner_silent" } });
      expect(Date.now() - from).toBeGreaterThan(25_000);
      expect(Date.now() - from).toBeLessThan(50_000);
      expect(await processesOf([id])).not.toEqual([]); // load of another machine cannot be touched
      owner.child.kill("SIGCONT");
      await vi.waitFor(async () => expect(await processesOf([id])).toEqual([]), { timeout: 15_000 });
      expect(await owner.ended(id)).toMatchObject({ state: "lost", reason: { code: "owner_silent" } });
      expect((await listed(other)).map(({ state }) => state)).toEqual(["lost"]);
      for (const one of pair)
        expect(eventsOf(one.log())).toContainEqual(expect.objectContaining({ run_id: id, state: "lost" }));
    });
  });

  it("26: k6 that ignores TERM is killed with its group, and the daemon is gone within 25 s", async () => {
    await inWorld("stubborn", async (world) => {
      const scenarios = { chat: `${seconds(60)}, env: { FAKE_K6: stubborn }` };
      const daemon = await world.spawn(scenarios, FAKE_K6);
      const id = await daemon.start("chat");
      await vi.waitFor(() => expect(existsSync(join(daemon.folder, "results", id, "ready"))).toBe(true), {
        timeout: 30_000,
      });
      expect(await processesOf([id])).toHaveLength(2);
      const from = performance.now();
      daemon.child.kill("SIGTERM");
      await once(daemon.child, "exit");
      expect(performance.now() - from).toBeLessThan(25_000);
      expect(daemon.child.exitCode).toBe(0);
      expect(await processesOf([id])).toEqual([]);
      expect((await recordsIn(daemon.folder)).get(id)).toMatchObject({ state: "aborted", aborted_by: "shutdown" });
      expect(existsSync(join(daemon.folder, "results/.daemon.json"))).toBe(false);
    });
  });
});
