import { highestOf, lowestOf, type Clock, type GeneratorLoad, type LoadFacts, type Observed } from "../model/index.ts";
import { every, monotonicSeconds } from "../platform/clock.ts";
import { cpuQuotaCores, throttling, type Throttling } from "../platform/cpu-quota.ts";
import { cpuTimes, type CpuTimes } from "../platform/cpu-times.ts";
import { groupUsage, type GroupUsage } from "../platform/group-usage.ts";

const PERIOD_MS = 1000;
/** Of the cores that it may use: then it never rests. */
const UNRESTED = 0.95;
/** A time service turns the time of day by at most 0.5 ms a second; more between two looks is a step. */
const LEAST_STEP_SECONDS = 0.05;

/** One second of an engine. */
export interface Look {
  /** By the time of day, in milliseconds, at its end. */
  readonly at: number;
  readonly seconds: number;
  readonly ranSeconds: number;
  readonly waitedSeconds: number;
  readonly dispatches: number;
  readonly cpus: number;
  readonly machine: { readonly busy: number; readonly stolen: number; readonly total: number };
  readonly throttled?: Throttling;
}

export interface Observer {
  /** Ends the watching; once it is known, the judged window says which seconds count. */
  end(window: LoadFacts["window"] | undefined): Promise<Observed>;
  /** Ends it without asking what was seen; a second call changes nothing. */
  stop(): void;
}

interface Snapshot {
  readonly at: number;
  readonly monotonic: number;
  readonly usage: GroupUsage | undefined;
  readonly machine: CpuTimes;
  readonly throttled: Throttling | undefined;
}

export interface ObserverDeps {
  readonly clock: Clock;
  /** Cores that the engine can use at most, however many there are: of a program with one thread one. */
  readonly mostCores?: number;
  /** Given by tests only. */
  readonly monotonicSeconds?: () => number;
}

/** Watches an engine's processes and the clocks, once a second, by reading a few files of the system. */
export async function observeEngine(pid: number, deps: ObserverDeps): Promise<Observer> {
  const quota = Math.min((await cpuQuotaCores()) ?? Infinity, deps.mostCores ?? Infinity);
  const looks: Look[] = [];
  const steps: Observed["clockSteps"][number][] = [];
  let last = await snapshot(pid, deps);
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    const now = await snapshot(pid, deps);
    const step = stepBetween(last, now);
    if (step !== undefined) steps.push(step);
    const one = lookBetween(last, now);
    if (one !== undefined) looks.push(one);
    last = now;
  };
  const stop = every(PERIOD_MS, () => {
    looking = looking.then(look).catch(() => undefined);
  });
  return {
    stop,
    async end(window) {
      stop();
      await looking;
      const now = { ...last, at: deps.clock.now(), monotonic: (deps.monotonicSeconds ?? monotonicSeconds)() };
      const step = stepBetween(last, now);
      if (step !== undefined) steps.push(step);
      const generator = window === undefined ? undefined : generatorLoad(looks, window, quota);
      return { ...(generator && { generator }), clockSteps: steps };
    },
  };
}

async function snapshot(pid: number, deps: ObserverDeps): Promise<Snapshot> {
  const [machine, throttled] = await Promise.all([cpuTimes(), throttling()]);
  const usage = groupUsage(pid);
  // Both clocks at once and last: reading the files takes a moment, longer on a busy machine.
  return { usage, machine, throttled, at: deps.clock.now(), monotonic: (deps.monotonicSeconds ?? monotonicSeconds)() };
}

function stepBetween(a: Snapshot, b: Snapshot): Observed["clockSteps"][number] | undefined {
  const seconds = (b.at - a.at) / 1000 - (b.monotonic - a.monotonic);
  return Math.abs(seconds) < LEAST_STEP_SECONDS ? undefined : { at: b.at, seconds };
}

/** What happened between two snapshots; undefined where the engine could not be read in both. */
export function lookBetween(a: Snapshot, b: Snapshot): Look | undefined {
  if (a.usage === undefined || b.usage === undefined) return undefined;
  const seconds = b.monotonic - a.monotonic;
  const sum = [0, 0, 0];
  for (const [thread, now] of b.usage.threads) {
    const before = a.usage.threads.get(thread);
    if (before === undefined && isOlderThan(seconds, now)) continue;
    now.forEach((value, at) => (sum[at] = (sum[at] ?? 0) + Math.max(0, value - (before?.[at] ?? 0))));
  }
  const [ran = 0, waited = 0, dispatches = 0] = sum;
  const throttled = a.throttled && b.throttled && difference<keyof Throttling>({ ...a.throttled }, { ...b.throttled });
  return {
    at: b.at,
    seconds,
    ranSeconds: ran / 1e9,
    waitedSeconds: waited / 1e9,
    dispatches,
    cpus: b.usage.cpus ?? Infinity,
    machine: difference<keyof CpuTimes>({ ...a.machine }, { ...b.machine }),
    ...(throttled && { throttled }),
  };
}

/** Of the system's own grain: what it counts may be a tick ahead of the clock. */
const TICK_SECONDS = 0.01;

/**
 * It has used more time than there was: it is not new, only unseen before (a list of children leaves some out while
 * others end, proc(5)), and what of that falls into these seconds nobody knows.
 */
function isOlderThan(seconds: number, [ran, waited]: readonly [number, number, number]): boolean {
  return (ran + waited) / 1e9 > seconds + TICK_SECONDS;
}

function difference<K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
): Record<K, number> {
  const keys = Object.keys(b) as K[];
  return Object.fromEntries(keys.map((key) => [key, b[key] - a[key]])) as Record<K, number>;
}

/** The looks that lie wholly in the judged window, in one. */
export function generatorLoad(
  looks: readonly Look[],
  { startedAt, seconds }: LoadFacts["window"],
  quotaCores = Infinity,
): GeneratorLoad | undefined {
  const within = looks.filter(
    (one) => one.at - one.seconds * 1000 >= startedAt && one.at <= startedAt + seconds * 1000,
  );
  const sum = (of: (look: Look) => number): number => within.reduce((all, look) => all + of(look), 0);
  const watched = sum((look) => look.seconds);
  if (!(watched > 0)) return undefined;
  const [ran, waited, dispatches] = [sum((l) => l.ranSeconds), sum((l) => l.waitedSeconds), sum((l) => l.dispatches)];
  const cores = Math.min(quotaCores, lowestOf(within.map(({ cpus }) => cpus)));
  if (!Number.isFinite(cores)) return undefined;
  const [total, periods] = [sum((l) => l.machine.total), sum((l) => l.throttled?.periods ?? 0)];
  return {
    watchedSeconds: watched,
    cores,
    usedCores: ran / watched,
    usedCoresPeak: highestOf(within.map((look) => look.ranSeconds / look.seconds)),
    wantedCores: (ran + waited) / watched,
    unrestedSeconds: sum((l) => (l.ranSeconds + l.waitedSeconds >= cores * l.seconds * UNRESTED ? l.seconds : 0)),
    dispatchDelaySeconds: dispatches > 0 ? waited / dispatches : 0,
    stillSeconds: sum((look) => (look.dispatches === 0 && look.ranSeconds === 0 ? look.seconds : 0)),
    ...(periods > 0 && { throttledRatio: sum((l) => l.throttled?.throttled ?? 0) / periods }),
    ...(total > 0 && {
      machineBusyRatio: sum((l) => l.machine.busy) / total,
      machineStolenRatio: sum((l) => l.machine.stolen) / total,
    }),
  };
}
