/** A week of nights of one or two daemons that share a database and a disk, with faults drawn by a seed. */
import { random } from "../../fixtures/records/build.ts";
import { createMemoryStore } from "../memory-store.ts";
import { SILENT, type SimWorld } from "./daemon.ts";
import { createSimDisk } from "./disk.ts";
import { drawFaults } from "./faults.ts";
import { drawScenario } from "./scenarios.ts";
import { createSimTime, HOUR_MS, MINUTE_MS, simClock, WEEK_MS } from "./time.ts";
import { begin, type Week } from "./week-state.ts";
import { createWitness } from "./witness.ts";

const START = Date.parse("2026-03-26T18:00:00Z"); // the clocks of Berlin change on the third night

/** Lives through the week, then through a calm day with everything paused, so that all that was begun can end. */
export async function liveThroughWeek(seed: number): Promise<Week> {
  const week = createWeek(seed);
  for (const at of week.daemons.keys()) begin(week, at);
  drawFaults(week);
  await live(week, WEEK_MS);
  calm(week);
  await live(week, 24 * HOUR_MS);
  return week;
}

function createWeek(seed: number): Week {
  const draw = random(seed);
  const time = createSimTime();
  const own = { offsetMs: 0, scenarios: Array.from({ length: 20 }, (_, index) => drawScenario(index, draw)) };
  const clock = simClock(time, START, () => week.offsetMs);
  const store = createMemoryStore(() => clock.now());
  const disk = createSimDisk();
  let numbers = 100;
  const world: SimWorld = {
    ...{ time, store, disk, clock, log: SILENT, random: draw, alive: new Set() },
    ...{ loads: { live: new Set(), begun: new Map(), problems: [] }, beatMs: MINUTE_MS },
    ...{ now: () => clock.now(), scenarios: () => week.scenarios, count: () => (numbers += 1) },
    ...{ queueLimit: 12, concurrentRuns: 2 },
  };
  const week: Week = {
    ...{ world, store, draw, faults: [], blocked: false, jumped: false, witness: createWitness(store, disk) },
    known: new Map(own.scenarios.map((one) => [one.name, one])),
    daemons: draw() < 0.5 ? [undefined] : [undefined, undefined],
    ...own,
  };
  return week;
}

/** Ticks in the minutes of the nights; by day each quarter of an hour: a late tick must do too. */
async function live(week: Week, forMs: number): Promise<void> {
  const { time } = week.world;
  const until = time.elapsed() + forMs;
  while (time.elapsed() < until) {
    const hour = ((START + time.elapsed()) / HOUR_MS) % 24;
    await time.pass(hour >= 22 || hour < 7 ? MINUTE_MS : 15 * MINUTE_MS);
    if (!week.blocked) for (const daemon of week.daemons) void daemon?.runs.tick();
    week.witness.look();
  }
  await time.pass(0);
}

/** Everything is there and right again, and no further slot runs. */
function calm(week: Week): void {
  week.offsetMs = 0;
  week.blocked = false;
  week.store.setAway(false);
  for (const at of week.daemons.keys()) begin(week, at);
  week.scenarios = week.scenarios.map((one) => ({ ...one, schedule: { ...one.schedule!, paused: true } }));
}
