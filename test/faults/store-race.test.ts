import { afterAll, beforeAll, expect, it } from "vitest";
import { Secret, type RunRecord, type Scenario, type SchedulePlan } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { openStore, type OpenStore } from "../../src/store/index.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { SILENT, startDaemon, type SimDaemon, type SimWorld } from "../support/sim/daemon.ts";
import { createSimDisk } from "../support/sim/disk.ts";
import { scenarioOf } from "../support/sim/scenarios.ts";
import type { SimTime } from "../support/sim/time.ts";
import { MINUTE_MS } from "../support/store-samples.ts";

// Two daemons' whole schedule, queue and runs on one real PostgreSQL; only k6 is not there: its trials end at once.

const SLOTS = 1_000;
const TARGETS = 40;
const stores: OpenStore[] = [];
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await postgres.stop();
});

/** A thousand nights, all due ten minutes ago. */
function nights(now: number): readonly Scenario[] {
  const due = new Date(now - 10 * MINUTE_MS);
  const schedule: SchedulePlan = {
    cron: `${String(due.getUTCMinutes())} ${String(due.getUTCHours())} * * *`,
    ...{ timezone: "UTC", overlap: "skip", catchUpSeconds: 3600, jitterSeconds: 0, blackouts: [], paused: false },
  };
  return Array.from({ length: SLOTS }, (_, index) =>
    scenarioOf(`race-${String(index)}`, {
      target: { name: `bot-${String(index % TARGETS)}`, baseUrl: "http://127.0.0.1:8000" },
      schedule,
    }),
  );
}

/** Whatever is to last some time is over at once. */
const AT_ONCE: SimTime = {
  after(_milliseconds, work) {
    const timer = setTimeout(work, 0);
    return () => clearTimeout(timer);
  },
} as SimTime;

function worldOf(scenarios: readonly Scenario[], ended: RunRecord[]): Omit<SimWorld, "store" | "disk"> {
  let numbers = 0;
  return {
    ...{ time: AT_ONCE, clock: systemClock, now: () => Date.now(), random: () => 0.5, log: SILENT },
    ...{ alive: new Set(), loads: { live: new Set(), begun: new Map(), problems: [] } },
    ...{ scenarios: () => scenarios, queueLimit: 2 * SLOTS, concurrentRuns: 10, beatMs: 500 },
    count: () => (numbers += 1),
    events: { runEnded: (record) => ended.push(record) },
  };
}

function daemonOn(world: ReturnType<typeof worldOf>): SimDaemon {
  const url = new Secret(`postgres://chatbench:x@127.0.0.1:${String(postgres.port)}/postgres`);
  const store = openStore({ url, clock: systemClock });
  stores.push(store);
  return startDaemon({ ...world, store, disk: createSimDisk() });
}

it("3: two daemons racing 1,000 due slots: 1,000 runs finished, none twice, none missing", async () => {
  const ended: RunRecord[] = [];
  const scenarios = nights(Date.now());
  const world = worldOf(scenarios, ended);
  const daemons = [daemonOn(world), daemonOn(world)];
  await daemons[0]?.runs.tick(); // learns the schedules: nothing before is owed
  await postgres.query("update chatbench.schedules set known_since = now() - interval '12 hours'");
  await Promise.all(daemons.map(({ runs }) => runs.start()));
  await Promise.all(daemons.map(({ runs }) => runs.tick()));
  const rows = `select state, count(*)::int as runs, count(distinct scenario)::int as scenarios,
    count(distinct owner)::int as owners, count(distinct (scenario, slot))::int as slots from chatbench.runs group by state`;
  await expect
    .poll(() => postgres.query(rows), { timeout: 270_000, interval: 500 })
    .toEqual([{ state: "finished", runs: SLOTS, scenarios: SLOTS, owners: 2, slots: SLOTS }]);
  expect(world.loads.problems).toEqual([]); // none twice, and never two on one target
  expect(world.loads.begun.size).toBe(SLOTS);
  expect(new Set(ended.map(({ scenario }) => scenario)).size).toBe(SLOTS);
  expect(ended).toHaveLength(SLOTS);
  await Promise.all(daemons.map(({ runs }) => runs.stop()));
}, 300_000);
