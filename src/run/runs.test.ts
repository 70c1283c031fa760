import { describe, expect, it } from "vitest";
import { Secret, type Scenario, type SchedulePlan } from "../model/index.ts";
import { createMachine, type Machine } from "../../test/support/sim/few.ts";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";
import { HOUR_MS, MINUTE_MS } from "../../test/support/sim/time.ts";

const TWO = Date.parse("2026-11-23T02:00:00Z");

function nightly(name: string, plan: Partial<SchedulePlan> = {}, more: Partial<Scenario> = {}): Scenario {
  const schedule: SchedulePlan = {
    ...{ cron: "0 2 * * *", timezone: "UTC", overlap: "skip", catchUpSeconds: 3600, jitterSeconds: 0 },
    ...{ blackouts: [], paused: false },
    ...plan,
  };
  return scenarioOf(name, { schedule, ...more });
}

const states = ({ store }: Machine): readonly string[] => [...store.rows.values()].map(({ state }) => state);

describe("slots", () => {
  it("1: a slot that passed while nobody was there runs once within the catch-up time, later it is missed", async () => {
    const machine = createMachine([nightly("a"), nightly("b", { catchUpSeconds: 60 })]);
    const first = await machine.daemon();
    await first.runs.tick();
    first.die();
    await machine.time.pass(30 * MINUTE_MS);
    const second = await machine.daemon();
    await second.runs.tick();
    await second.runs.tick();
    const history = await machine.store.slotHistory({ limit: 9 });
    expect(history).toMatchObject([
      { kind: "run", scenario: "a", slot: TWO },
      { kind: "skipped", scenario: "b", from: TWO, reason: "missed" },
    ]);
  });

  it("2: thirty days down on a schedule of minutes: one run, the others told in one row", async () => {
    const machine = createMachine([nightly("a", { cron: "* * * * *" })]);
    const first = await machine.daemon();
    await first.runs.tick();
    first.die();
    await machine.time.pass(30 * 24 * HOUR_MS);
    await (await machine.daemon()).runs.tick();
    expect(await machine.store.slotHistory({ limit: 9 })).toMatchObject([
      { kind: "run" },
      { kind: "skipped", reason: "missed", count: 43_199 },
    ]);
  });

  it("4: a clock set back by an hour makes no second run", async () => {
    const machine = createMachine([nightly("a")]);
    const { runs } = await machine.daemon();
    await runs.tick();
    await machine.time.pass(MINUTE_MS);
    await runs.tick();
    machine.offsetMs = -HOUR_MS;
    for (let minute = 0; minute < 90; minute += 1) {
      await machine.time.pass(MINUTE_MS);
      await runs.tick();
    }
    expect(states(machine)).toEqual(["finished"]);
  });

  it("5: a clock in 2031 mutes nothing: its queued run is taken back, and the next night runs", async () => {
    const machine = createMachine([nightly("a", { jitterSeconds: 3600 })]);
    const { runs } = await machine.daemon();
    await runs.tick();
    machine.offsetMs = 5 * 365 * 24 * HOUR_MS + MINUTE_MS;
    await runs.tick();
    expect(states(machine)).toEqual(["queued"]);
    machine.offsetMs = 0;
    await runs.tick();
    expect(states(machine)).toEqual(["aborted"]);
    await machine.time.pass(24 * HOUR_MS + MINUTE_MS);
    await runs.tick();
    await machine.time.pass(2 * HOUR_MS);
    expect(states(machine)).toEqual(["aborted", "finished"]);
  });

  it("6: ticks that come late, early and many at once take a slot once", async () => {
    const machine = createMachine([nightly("a")]);
    const { runs } = await machine.daemon();
    await Promise.all([runs.tick(), runs.tick(), runs.tick()]);
    await machine.time.pass(5 * MINUTE_MS);
    await Promise.all([runs.tick(), runs.tick(), runs.tick()]);
    expect(await machine.store.slotHistory({ limit: 9 })).toHaveLength(1);
    expect(machine.store.rows.size).toBe(1);
  });

  it("a tick without a database decides nothing and loses nothing", async () => {
    const machine = createMachine([nightly("a")]);
    const { runs } = await machine.daemon();
    await runs.tick();
    machine.store.setAway(true);
    await machine.time.pass(5 * MINUTE_MS);
    await runs.tick();
    machine.store.setAway(false);
    await runs.tick();
    expect(await machine.store.slotHistory({ limit: 9 })).toMatchObject([{ kind: "run", slot: TWO }]);
  });
});

describe("runs", () => {
  it("11: with overlap cancel a newer slot ends the run of the older one", async () => {
    const machine = createMachine([nightly("a", { cron: "* * * * *", overlap: "cancel" })]);
    const { runs } = await machine.daemon();
    await runs.tick();
    for (let minute = 0; minute < 2; minute += 1) {
      await machine.time.pass(MINUTE_MS);
      await runs.tick();
    }
    await machine.time.pass(MINUTE_MS);
    expect(machine.ended[0]).toMatchObject({ state: "aborted", aborted_by: "schedule" });
  });

  it("12: two scenarios due on one target run one after the other", async () => {
    const machine = createMachine([nightly("a"), nightly("b")]);
    const { runs } = await machine.daemon();
    await runs.tick();
    await machine.time.pass(MINUTE_MS);
    await runs.tick();
    await machine.time.pass(0);
    expect(runs.running()).toHaveLength(1);
    await machine.time.pass(HOUR_MS);
    expect(states(machine)).toEqual(["finished", "finished"]);
    expect(machine.world.loads.problems).toEqual([]);
  });

  it("13: a queued run keeps its scenario and its secrets when the configuration drops them", async () => {
    const secrets = { key: new Secret("canary") };
    const machine = createMachine([nightly("a", { jitterSeconds: 3600 }, { secrets })]);
    const { runs } = await machine.daemon();
    await runs.tick();
    await machine.time.pass(MINUTE_MS);
    await runs.tick();
    machine.scenarios = [];
    await machine.time.pass(2 * HOUR_MS);
    expect(machine.ended).toMatchObject([{ state: "finished", scenario: "a" }]);
    expect(JSON.stringify([...machine.store.rows, ...machine.world.disk.runs])).not.toContain("canary");
  });

  it("ends as an error with the secret's name when nobody knows it any more", async () => {
    const machine = createMachine([nightly("a", { jitterSeconds: 3600 }, { secrets: { key: new Secret("canary") } })]);
    const first = await machine.daemon();
    await first.runs.tick();
    await machine.time.pass(MINUTE_MS);
    await first.runs.tick();
    first.die();
    machine.scenarios = [];
    await machine.daemon();
    await machine.time.pass(2 * HOUR_MS);
    expect(machine.ended).toMatchObject([{ state: "error", reason: { code: "secret_missing" } }]);
    expect(machine.ended[0]?.reason?.text).toContain("secret key of a");
  });

  it("a run withdrawn from the queue has a record, and a later start keeps one that a crash left without", async () => {
    const machine = createMachine([]);
    const { runs } = await machine.daemon();
    const scenario = scenarioOf("a");
    await runs.enqueue({ scenario, trigger: "manual" });
    const waiting = await runs.enqueue({ scenario, trigger: "manual" });
    await runs.abort(waiting.kind === "queued" ? waiting.id : ("" as never), "person");
    expect(machine.ended).toMatchObject([{ state: "aborted", aborted_by: "person", trials: [] }]);
    const third = await runs.enqueue({ scenario, trigger: "manual" });
    await machine.store.abort(third.kind === "queued" ? third.id : ("" as never), "person");
    await (await machine.daemon()).runs.tick();
    expect(machine.ended).toMatchObject([{ state: "aborted" }, { state: "aborted" }]);
  });

  it("26: stopping aborts what runs, keeps its record, and leaves what waits to the next start", async () => {
    const machine = createMachine([]);
    const { runs } = await machine.daemon();
    const scenario = scenarioOf("a");
    await runs.enqueue({ scenario, trigger: "manual" });
    await runs.enqueue({ scenario, trigger: "manual" });
    await machine.time.pass(MINUTE_MS);
    const stopped = runs.stop();
    await machine.time.pass(30_000);
    await stopped;
    expect(machine.ended).toMatchObject([{ state: "aborted", aborted_by: "shutdown" }]);
    expect(states(machine)).toEqual(["aborted", "queued"]);
    await machine.daemon();
    await machine.time.pass(HOUR_MS);
    expect(states(machine)).toEqual(["aborted", "finished"]);
  });

  it("31: five runs that end while the database is away for ten minutes are stored within a minute of its return", async () => {
    const machine = createMachine([], { concurrentRuns: 5, random: () => 0.2 });
    const { runs } = await machine.daemon();
    for (let number = 0; number < 5; number += 1) {
      const target = { name: `t${number}`, baseUrl: "http://127.0.0.1:8000" };
      await runs.enqueue({ scenario: scenarioOf("a", { target }), trigger: "manual" });
    }
    await machine.time.pass(MINUTE_MS);
    expect(runs.running()).toHaveLength(5);
    machine.store.setAway(true);
    await machine.time.pass(10 * MINUTE_MS);
    expect(machine.ended.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "finished"));
    machine.store.setAway(false);
    await machine.time.pass(MINUTE_MS);
    expect(states(machine)).toEqual(Array.from({ length: 5 }, () => "finished"));
  });

  it("holds nothing of 2,000 runs that are over: no secrets, no progress, no timers", async () => {
    const machine = createMachine([], { random: () => 0.2, queueLimit: 5_000 });
    const { runs } = await machine.daemon();
    const scenario = scenarioOf("a", { secrets: { key: new Secret("canary") } });
    await machine.time.pass(MINUTE_MS);
    const timers = machine.time.waiting();
    for (let number = 0; number < 2_000; number += 1) {
      await runs.enqueue({ scenario, trigger: "manual" });
      await machine.time.pass(6 * MINUTE_MS);
      if (number % 100 === 99) for (const [id] of machine.store.rows) machine.store.rows.delete(id);
    }
    expect(machine.ended).toHaveLength(2_000);
    expect(runs.held()).toEqual({ secrets: 0, atWork: 0, unstored: 0 });
    expect(machine.time.waiting()).toBe(timers);
  }, 60_000);
});

describe("recovery", () => {
  it("24: a daemon that was killed leaves a lost run, told at the next start, its load ended, and it is not run again", async () => {
    const machine = createMachine([]);
    const first = await machine.daemon();
    await first.runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
    await machine.time.pass(MINUTE_MS);
    first.die();
    expect(machine.world.loads.live.size).toBe(1);
    await machine.daemon();
    expect(machine.world.loads.live.size).toBe(0);
    expect(machine.ended).toMatchObject([{ state: "lost", verdict: null, reason: { code: "daemon_died" } }]);
    await machine.time.pass(HOUR_MS);
    expect(states(machine)).toEqual(["lost"]);
    expect(machine.world.loads.begun.size).toBe(1);
  });

  it("24: without a database the lost run is told on the disk, and to the database when it is back", async () => {
    const machine = createMachine([]);
    const first = await machine.daemon();
    await first.runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
    await machine.time.pass(MINUTE_MS);
    first.die();
    machine.store.setAway(true);
    await machine.daemon();
    expect(machine.ended).toMatchObject([{ state: "lost" }]);
    machine.store.setAway(false);
    await machine.time.pass(MINUTE_MS);
    expect(states(machine)).toEqual(["lost"]);
  });

  it("takes runs of a daemon on another machine as lost only after half a minute of silence, and kills its own", async () => {
    const machine = createMachine([]);
    const other = await machine.daemon("there");
    await other.runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
    const here = await machine.daemon("here");
    await machine.time.pass(MINUTE_MS);
    expect(machine.ended).toEqual([]);
    other.die();
    await machine.time.pass(20_000);
    expect(machine.ended).toEqual([]);
    await machine.time.pass(25_000);
    expect(machine.ended).toMatchObject([{ state: "lost", reason: { code: "owner_silent" } }]);
    await here.runs.stop();
  });

  it("takes nobody for silent because the database was away for all", async () => {
    const machine = createMachine([]);
    const other = await machine.daemon("there");
    await machine.daemon("here");
    await other.runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
    await machine.time.pass(MINUTE_MS);
    machine.store.setAway(true);
    await machine.time.pass(5 * MINUTE_MS);
    machine.store.setAway(false);
    await machine.time.pass(HOUR_MS);
    expect(machine.ended).toMatchObject([{ state: "finished" }]);
  });

  it("leaves the folder of a process that lives alone, and stores records that the database does not have", async () => {
    const machine = createMachine([]);
    const first = await machine.daemon();
    await first.runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
    await machine.time.pass(MINUTE_MS);
    const before = machine.ended.length;
    await machine.daemon();
    expect(machine.ended).toHaveLength(before);
    await machine.time.pass(HOUR_MS);
    machine.store.rows.clear();
    await machine.daemon();
    expect(states(machine)).toEqual(["finished"]);
  });
});
