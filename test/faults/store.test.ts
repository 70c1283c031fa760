import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret, StoreUnavailable, type Clock, type RunId, type RunStore } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { MIGRATIONS, openStore, type OpenStore, type StoreOptions } from "../../src/store/index.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { MINUTE_MS, NO_LIMIT, atWork, idOf, instanceOf, orderOf, recordOf } from "../support/store-samples.ts";
import { tcpProxyTo, type TcpProxy } from "../support/tcp-proxy.ts";

const TIMEOUTS = { connectMs: 400, answerMs: 400 };
const stores: OpenStore[] = [];
let postgres: TestPostgres;
let proxy: TcpProxy;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  proxy = await tcpProxyTo(postgres.port);
  await postgres.query("drop schema if exists chatbench cascade");
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map(async (store) => await store.close()));
  await proxy.close();
});

function opened(port: number, options: Partial<StoreOptions> = {}): OpenStore {
  const url = new Secret(`postgres://chatbench:canary%2Fsecret@127.0.0.1:${port}/postgres`);
  const store = openStore({ url, clock: systemClock, ...options });
  stores.push(store);
  return store;
}

/** What a store's method was refused with. */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

type Line = Parameters<OpenStore["learnSchedules"]>[0][number];

describe("3: two daemons on one database", () => {
  it("3: 1,000 slots: 1,000 runs, none twice, none missing", async () => {
    const daemons = [opened(postgres.port), opened(postgres.port)] as const;
    await Promise.all(daemons.map(async (store) => await store.ready()));
    const names = Array.from({ length: 10 }, (_, number) => `race-${number}`);
    await Promise.all(
      daemons.map(async (store) => await store.learnSchedules(names.map((scenario) => ({ scenario, line: "x" })))),
    );
    const newest = Math.floor((await daemons[0].now()) / MINUTE_MS) * MINUTE_MS;
    const slots = Array.from({ length: 100 }, (_, number) => newest - (99 - number) * MINUTE_MS);
    const won = await Promise.all(names.map(async (name) => await raceFor(daemons, { name, slots })));
    expect(won.map(([first = 0, second = 0]) => first + second)).toEqual(names.map(() => 100));
    expect(Math.min(...won.flat())).toBeGreaterThan(0); // it was a race
    const rows = await postgres.query<{ runs: number; slots: number; both: number }>(
      `select (select count(*)::int from chatbench.runs) as runs,
         (select count(distinct (scenario, slot))::int from chatbench.runs) as slots,
         (select count(*)::int from chatbench.slots join chatbench.runs on runs.id = slots.run) as both`,
    );
    expect(rows).toEqual([{ runs: 1000, slots: 1000, both: 1000 }]);
  });

  it("12: while both claim and finish, no target ever has two runs and none is claimed twice", async () => {
    const daemons = [opened(postgres.port), opened(postgres.port)] as const;
    await daemons[0].ready();
    const orders = Array.from({ length: 60 }, (_, number) => orderOf(number, { target: `t${number % 3}` }));
    for (const order of orders) await daemons[0].enqueue(order, NO_LIMIT);
    const done = await Promise.all(daemons.map(async (store, daemon) => await workOff(store, `d${daemon}`)));
    expect(done.flat().sort()).toEqual(orders.map(({ id }) => id));
    expect(await daemons[0].active()).toEqual([]);
  });
});

const LAP = 10;

/**
 * Both decide each slot, whether or not the other was faster, and wait for each other after each lap of some slots. By
 * turns one begins a lap with a slot to itself: on a busy machine whoever is ahead stays so. How many slots each won.
 */
async function raceFor(
  stores: readonly RunStore[],
  { name, slots }: { readonly name: string; readonly slots: readonly number[] },
): Promise<readonly number[]> {
  const won = stores.map(() => 0);
  const decide = async (daemon: number, number: number): Promise<void> => {
    const order = { ...orderOf(number * 2 + daemon, { scenario: name, trigger: "cron" }), slot: slots[number] ?? 0 };
    // With `cancel` each run makes room for the next: none of the slots is skipped for another reason.
    const run = { order, overlap: "cancel" as const };
    const decision = { scenario: name, after: slots[number - 1], last: slots[number] ?? 0, run, skipped: [] };
    const result = await stores[daemon]!.decideSlots(decision, NO_LIMIT);
    if (result.kind === "decided" && result.queued !== undefined) won[daemon] = (won[daemon] ?? 0) + 1;
  };
  for (let from = 0; from < slots.length; from += LAP) {
    const first = (from / LAP) % stores.length;
    await decide(first, from);
    const racers = stores.map(async (_, daemon) => {
      for (let number = from + (daemon === first ? 1 : 0); number < from + LAP; number += 1)
        await decide(daemon, number);
    });
    await Promise.all(racers);
  }
  return won;
}

async function workOff(store: RunStore, name: string): Promise<readonly RunId[]> {
  const done: RunId[] = [];
  for (;;) {
    const run = await store.claim(instanceOf(name), NO_LIMIT);
    if (run === undefined && (await store.active()).every(({ state }) => state !== "queued")) return done;
    if (run === undefined) continue;
    const busy = (await store.active()).filter(({ state }) => state !== "queued");
    const targets = busy.map(({ scenario }) => scenario.target.name);
    expect(new Set(targets).size).toBe(targets.length);
    await store.finish(recordOf(run));
    done.push(run.id);
  }
}

/** Daemons' sessions that hold locks while their daemon says nothing. */
async function idleInTransaction(): Promise<number> {
  const rows = await postgres.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = 'chatbench' and state = 'idle in transaction'",
  );
  return rows.length;
}

describe("a database that goes away", () => {
  it("30: away at the start: open at once, refused with one sentence without the password, ready when it is back", async () => {
    proxy.set("refuse");
    const pauses: number[] = [];
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: async (milliseconds) => {
        pauses.push(milliseconds);
        if (pauses.length === 20) proxy.set("pass");
        await Promise.resolve();
      },
    };
    const store = opened(proxy.port, { clock, timeouts: TIMEOUTS });
    const refusal = await refusalOf(store.now());
    expect(refusal).toBeInstanceOf(StoreUnavailable);
    expect(String(refusal)).toContain(`The database at 127.0.0.1:${proxy.port}/postgres is away:`);
    expect(JSON.stringify([String(refusal), refusal])).not.toMatch(/canary|secret/);
    expect(await store.ready()).toEqual({ kind: "ready" });
    expect(pauses[0]).toBe(200);
    expect(pauses[1]).toBe(300);
    expect(pauses.at(-1)).toBe(60_000);
    expect(await store.active()).toEqual([]);
  });

  it("30: waiting for a database ends with the signal", async () => {
    proxy.set("refuse");
    const stop = new AbortController();
    const waiting = opened(proxy.port, { timeouts: TIMEOUTS }).ready(stop.signal);
    stop.abort();
    expect(await waiting).toMatchObject({ kind: "away" });
  });

  it("31: finishing again after an answer that was lost stores the run once", async () => {
    const store = opened(proxy.port, { timeouts: TIMEOUTS });
    await store.ready();
    await atWork(store, orderOf(1), instanceOf("one"));
    proxy.set("refuse");
    expect(await refusalOf(store.finish(recordOf(orderOf(1))))).toBeInstanceOf(StoreUnavailable);
    proxy.set("pass");
    const first = recordOf(orderOf(1));
    for (const record of [first, first, { ...first, verdict: "fail" as const }]) await store.finish(record);
    expect(await store.find(idOf(1))).toEqual({ record: first });
    expect(await store.list({ limit: 9 })).toHaveLength(1);
  });

  it("32: a network that swallows everything: refused in time, and all well again afterwards", async () => {
    const store = opened(proxy.port, { timeouts: TIMEOUTS });
    await store.ready();
    await Promise.all(Array.from({ length: 6 }, async () => await store.now())); // several connections idle
    proxy.set("hold");
    const began = systemClock.now();
    const refusals = await Promise.all(
      [store.now(), store.enqueue(orderOf(1), NO_LIMIT), store.latest()].map(refusalOf),
    );
    expect(refusals.map((refusal) => refusal instanceof StoreUnavailable)).toEqual([true, true, true]);
    expect(String(refusals[0])).toContain("it did not answer in time");
    expect(await refusalOf(store.now())).toBeInstanceOf(StoreUnavailable); // now it is the connecting that hangs
    expect(systemClock.now() - began).toBeLessThan(2_500);
    proxy.set("pass");
    expect(await store.list({ limit: 1 })).toEqual([]);
  });

  it("32: a daemon whose network went away in the middle of a change holds up the others for some seconds only", async () => {
    const cut = opened(proxy.port, { timeouts: TIMEOUTS });
    const other = opened(postgres.port);
    await Promise.all([cut.ready(), other.ready()]);
    proxy.holdAfter("for update"); // the lock of the queue
    expect(await refusalOf(cut.enqueue(orderOf(1), NO_LIMIT))).toBeInstanceOf(StoreUnavailable);
    expect(await idleInTransaction()).toBe(1);
    const began = systemClock.now();
    expect(await other.enqueue(orderOf(2), NO_LIMIT)).toEqual({ kind: "queued", id: idOf(2) });
    expect(systemClock.now() - began).toBeLessThan(8_000);
  });

  it("33: idle connections that break are told, and the process lives", async () => {
    const told: string[] = [];
    const store = opened(proxy.port, { onProblem: (sentence) => void told.push(sentence) });
    await store.ready();
    await Promise.all([store.now(), store.now(), store.now()]);
    await postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chatbench'");
    await expect.poll(() => told.length).toBeGreaterThan(0);
    expect(told[0]).toMatch(/^The database at 127\.0\.0\.1:\d+\/postgres is away: /);
    expect(await store.now()).toBeGreaterThan(0);
  });
});

describe("tables", () => {
  const good = { number: MIGRATIONS.length + 1, name: "more", sql: "create table chatbench.more (id integer)" };

  it("38: a step that fails half-way leaves nothing behind, and the next start goes on from there", async () => {
    await opened(postgres.port).ready();
    const bad = {
      number: MIGRATIONS.length + 2,
      name: "bad step",
      sql: "create table chatbench.half (id integer); select 1/0",
    };
    const state = await opened(postgres.port, { migrations: [...MIGRATIONS, good, bad] }).ready();
    expect(state).toEqual({
      kind: "refused",
      problem: "Step 5 (bad step) of the database's tables failed and was undone: division by zero.",
    });
    const tables = await postgres.query<{ name: string | null }>("select to_regclass('chatbench.half')::text as name");
    expect(tables).toEqual([{ name: null }]);
    expect(await postgres.query("select max(number) as version from chatbench.migrations")).toEqual([{ version: 4 }]);
    const repaired = { ...bad, sql: "create table chatbench.half (id integer)" };
    expect(await opened(postgres.port, { migrations: [...MIGRATIONS, good, repaired] }).ready()).toEqual({
      kind: "ready",
    });
  });

  it("38: refuses tables that are newer than the program, in one sentence", async () => {
    await opened(postgres.port, { migrations: [...MIGRATIONS, good] }).ready();
    const store = opened(postgres.port);
    const state = await store.ready();
    expect(state.kind).toBe("refused");
    expect(state).toHaveProperty(
      "problem",
      expect.stringMatching(/^The database's tables are of version 4, newer than the 3 /),
    );
    expect(await refusalOf(store.active())).toBeInstanceOf(StoreUnavailable);
  });

  it("38: five daemons that start at once on an empty database make the tables once", async () => {
    const states = Array.from({ length: 5 }, async () => await opened(postgres.port).ready());
    expect(await Promise.all(states)).toEqual(Array(5).fill({ kind: "ready" }));
    expect(await postgres.query("select number from chatbench.migrations")).toEqual(
      MIGRATIONS.map(({ number }) => ({ number })),
    );
  });

  it("13: a schedule that nobody has named for ten minutes is forgotten, while one that all were down for is not", async () => {
    const store = opened(postgres.port);
    const [a, b] = ["a", "b"].map((scenario) => ({ scenario, line: "0 2 * * * UTC" })) as [Line, Line];
    await store.learnSchedules([a, b]);
    await postgres.query(
      "update chatbench.schedules set last_seen = now() - interval '30 days', known_since = now() - interval '60 days'",
    );
    await store.learnSchedules([a, b]);
    const names = async (): Promise<readonly string[]> => (await store.schedules()).map(({ scenario }) => scenario);
    expect((await store.schedules()).every(({ knownSince }) => knownSince < Date.now() - 86_400_000)).toBe(true);
    await store.learnSchedules([b]);
    expect(await names()).toEqual(["a", "b"]);
    await postgres.query("update chatbench.schedules set last_seen = now() - interval '11 minutes'");
    await store.learnSchedules([b]);
    expect(await names()).toEqual(["b"]);
    await store.learnSchedules([a, b]);
    expect((await store.schedules())[0]?.knownSince).toBeGreaterThan(Date.now() - 60_000);
  });

  it("makes the tables anew when somebody emptied the database", async () => {
    const store = opened(postgres.port);
    await store.ready();
    await postgres.query("drop schema chatbench cascade");
    expect(String(await refusalOf(store.active()))).toContain("are gone");
    expect(await store.active()).toEqual([]);
  });

  it("says what is wrong with the user, the database's name or the rights", async () => {
    const url = (path: string): Secret => new Secret(`postgres://chatbench:canary@127.0.0.1:${postgres.port}/${path}`);
    const missing = openStore({ url: url("nowhere"), clock: systemClock });
    stores.push(missing);
    expect(await missing.check()).toEqual({
      kind: "away",
      problem: `The database at 127.0.0.1:${postgres.port}/nowhere is away: it has no database of that name.`,
    });
  });
});
