/** What a simulated week is made of. */
import type { Scenario } from "../../../src/model/index.ts";
import type { MemoryStore } from "../memory-store.ts";
import { startDaemon, type SimDaemon, type SimWorld } from "./daemon.ts";
import type { Witness } from "./witness.ts";

export interface Week {
  readonly world: SimWorld;
  readonly store: MemoryStore;
  /** From 0 to 1, by the seed. */
  readonly draw: () => number;
  /** Every scenario that was configured at some time, by name. */
  readonly known: Map<string, Scenario>;
  readonly witness: Witness;
  /** What was done to it, in its order. */
  readonly faults: string[];
  /** Undefined: that one is down. */
  readonly daemons: (SimDaemon | undefined)[];
  scenarios: readonly Scenario[];
  /** How wrong the clock of the database and of the machine is. */
  offsetMs: number;
  /** Nobody ticks. */
  blocked: boolean;
  jumped: boolean;
}

export function begin(week: Week, at: number): void {
  if (week.daemons[at] !== undefined) return;
  const daemon = startDaemon(week.world);
  week.daemons[at] = daemon;
  void daemon.runs.start().then(() => daemon.runs.tick());
}
