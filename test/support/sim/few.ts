/** Single daemons on a simulated machine, for tests of one fault at a time. */
import type { RunRecord, Scenario } from "../../../src/model/index.ts";
import { createMemoryStore, type MemoryStore } from "../memory-store.ts";
import { SILENT, startDaemon, type SimDaemon, type SimWorld } from "./daemon.ts";
import { createSimDisk } from "./disk.ts";
import { createSimTime, simClock, type SimTime } from "./time.ts";

export interface Machine {
  readonly world: SimWorld;
  readonly store: MemoryStore;
  readonly time: SimTime;
  /** What the daemons told of ended runs, in order. */
  readonly ended: RunRecord[];
  scenarios: readonly Scenario[];
  offsetMs: number;
  /** Starts a daemon and lets it look around. */
  daemon(host?: string): Promise<SimDaemon>;
}

const NIGHT = Date.parse("2026-11-23T01:59:30Z");

export function createMachine(scenarios: readonly Scenario[], more: Partial<SimWorld> = {}): Machine {
  const time = createSimTime();
  const clock = simClock(time, NIGHT, () => machine.offsetMs);
  const store = createMemoryStore(() => clock.now());
  const ended: RunRecord[] = [];
  let numbers = 100;
  const world: SimWorld = {
    ...{ time, store, disk: createSimDisk(), clock, log: SILENT, random: () => 0.5, alive: new Set() },
    ...{ loads: { live: new Set(), begun: new Map(), problems: [] }, now: () => clock.now() },
    ...{ scenarios: () => machine.scenarios, count: () => (numbers += 1) },
    events: { runEnded: (record) => ended.push(record) },
    ...more,
  };
  const machine: Machine = {
    ...{ world, store, time, ended, scenarios, offsetMs: 0 },
    async daemon(host) {
      const daemon = startDaemon(world, host);
      void daemon.runs.start();
      await time.pass(0);
      return daemon;
    },
  };
  return machine;
}
