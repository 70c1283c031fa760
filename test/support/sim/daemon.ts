import type { Clock, Log, Owner, RunStore, Scenario } from "../../../src/model/index.ts";
import { runIdOf } from "../../../src/model/index.ts";
import { createRuns, type RunEvents, type Runs } from "../../../src/run/index.ts";
import type { SimDisk } from "./disk.ts";
import { createSimEngine, type SimEngineDeps } from "./engine.ts";

/** What all daemons of a simulation share. */
export interface SimWorld extends SimEngineDeps {
  readonly store: RunStore;
  readonly disk: SimDisk;
  readonly clock: Clock;
  readonly alive: Set<number>;
  readonly scenarios: () => readonly Scenario[];
  readonly queueLimit?: number;
  readonly concurrentRuns?: number;
  readonly beatMs?: number;
  /** Numbers processes, instances and runs. */
  readonly count: () => number;
  readonly log: Log;
  readonly events?: Partial<RunEvents>;
}

export interface SimDaemon {
  readonly runs: Runs;
  readonly pid: number;
  /** As SIGKILL does: nothing of it happens any more, but its load goes on. */
  die(): void;
  /** The same in the middle of something: at its so many-th next step. */
  dieAfter(steps: number): void;
}

export const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function startDaemon(world: SimWorld, host = "here"): SimDaemon {
  const pid = world.count();
  world.alive.add(pid);
  let steps = Infinity;
  const step = (): boolean => {
    if ((steps -= 1) < 0) world.alive.delete(pid);
    return world.alive.has(pid);
  };
  const mortal = <T extends object>(port: T): T => mortalPort(port, step);
  const suffix = (): string => world.count().toString(36).padStart(4, "0").slice(-4);
  const runs = createRuns({
    store: mortal(world.store),
    records: mortal<SimDisk>(world.disk),
    folders: mortal<SimDisk>(world.disk),
    engine: mortal(createSimEngine(world)),
    clock: { now: () => world.clock.now(), sleep: (...input) => mortal(world.clock).sleep(...input) },
    instance: { id: `daemon-${pid}`, host, pid, startTime: `${pid}` },
    isAlive: (owner: Owner) => Promise.resolve(world.alive.has(owner.pid)),
    survey: () => Promise.resolve({ environment: {}, findings: [] }),
    prometheus: () => Promise.resolve(undefined),
    scenarios: world.scenarios,
    runLimit: () => world.concurrentRuns ?? 2,
    queueLimit: () => world.queueLimit ?? 100,
    keepSlotsDays: () => 90,
    newId: (at, scenario) => runIdOf(at, scenario, suffix()),
    beatMs: world.beatMs ?? 5_000,
    log: world.log,
    events: { ...NO_EVENTS, ...world.events },
  });
  return { runs, pid, die: () => world.alive.delete(pid), dieAfter: (count) => (steps = count) };
}

const NO_EVENTS: RunEvents = {
  runBegan: () => undefined,
  runEnded: () => undefined,
  runDone: () => undefined,
  slotsSkipped: () => undefined,
};

/** A dead process asks for nothing, and what it asked for before it never hears. */
function mortalPort<T extends object>(port: T, isAlive: () => boolean): T {
  const never = new Promise<never>(() => undefined);
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return async (...input: unknown[]): Promise<unknown> => {
        if (!isAlive()) return await never;
        try {
          const answer: unknown = await (member as (...all: unknown[]) => unknown).apply(target, input);
          return isAlive() ? answer : await never;
        } catch (error) {
          if (isAlive()) throw error;
          return await never;
        }
      };
    },
  });
}
