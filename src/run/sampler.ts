import type {
  Clock,
  Instant,
  Reading,
  Resources,
  Sampled,
  SampledReading,
  TargetWatch,
  WatchedPart,
} from "../model/index.ts";
import { Restarts } from "./restarts.ts";

/** Between two readings of a source. */
const PACE_MS = 1_000;
/** After so many readings the pace is halved, and again: two hours in seconds, and a day fits into memory too. */
const READINGS_PER_PACE = 7_200;
/** Clocks of two machines differ a little; a source that is further off would be laid over the wrong second. */
const CLOCK_AHEAD_MS = 5_000;
const CLOCK_BEHIND_MS = 120_000;

export interface Sampling {
  /** Reads every source that answers once more, and gives all that was read. */
  stop(): Promise<Sampled>;
}

interface Column {
  readonly about: Omit<SampledReading, "points" | "resets">;
  readonly points: [Instant, number][];
}

interface PartState {
  readonly part: WatchedPart;
  reads: number;
  failures: number;
  problem: string | undefined;
  readonly columns: Map<string, Column>;
  readonly resets: Instant[];
  readonly restarts: Restarts;
}

/** Reads each source of a target about once a second, each at its own pace: one that hangs holds up no other. */
export function startSampling(watch: TargetWatch, clock: Clock): Sampling {
  const ending = new AbortController();
  const states = watch.parts.map((part) => newState(part, clock.now()));
  const loops = states.map((state) => follow(state, clock, AbortSignal.any([ending.signal])));
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
      // The window's end lies between this reading and the one before.
      const last = states.filter(({ problem, reads }) => problem === undefined && reads > 0);
      await Promise.all(last.map((state) => readOnce(state, clock, new AbortController().signal)));
      return sampledOf(states);
    },
  };
}

function newState(part: WatchedPart, watchedFrom: Instant): PartState {
  const empty = { columns: new Map<string, Column>(), restarts: new Restarts(watchedFrom), resets: [] };
  return { part, reads: 0, failures: 0, problem: undefined, ...empty };
}

async function follow(state: PartState, clock: Clock, signal: AbortSignal): Promise<void> {
  let due = clock.now();
  while (!signal.aborted) {
    await readOnce(state, clock, signal);
    const pace = PACE_MS * 2 ** Math.floor((state.reads + state.failures) / READINGS_PER_PACE);
    due = Math.max(due + pace, clock.now());
    await clock.sleep(Math.max(1, due - clock.now()), signal).catch(() => undefined);
  }
}

async function readOnce(state: PartState, clock: Clock, signal: AbortSignal): Promise<void> {
  const before = clock.now();
  const result = await state.part.read(signal);
  if (signal.aborted && "problem" in result) return; // given up by us, which says nothing of the source
  if ("problem" in result) {
    state.failures += 1;
    state.problem = result.problem.text;
    return;
  }
  state.reads += 1;
  state.problem = undefined;
  const now = clock.now();
  const middle = (before + now) / 2;
  if (state.restarts.see(result.marks, { asked: before, answered: now })) state.resets.push(middle);
  for (const reading of result.readings) take(state, reading, { middle, now });
}

function take(state: PartState, reading: Reading, { middle, now }: { middle: Instant; now: Instant }): void {
  const { value, at = middle, ...about } = reading;
  if (at > now + CLOCK_AHEAD_MS || at < now - CLOCK_BEHIND_MS) {
    state.problem = `The ${state.part.name} of the target tells times that are not those of this machine: set both clocks.`;
    return;
  }
  const column = state.columns.get(reading.name) ?? { about, points: [] };
  state.columns.set(reading.name, column);
  // A source that looks only now and then says the same again until it has looked anew.
  if (at > (column.points.at(-1)?.[0] ?? -Infinity)) column.points.push([at, value]);
}

function sampledOf(states: readonly PartState[]): Sampled {
  const collectors = states.map(({ part, reads, failures, problem }): Resources["collectors"][number] => ({
    ...{ name: part.name, reads, failures },
    ...(problem === undefined ? {} : { problem }),
  }));
  return {
    collectors,
    restarts: states.flatMap(({ restarts }) => restarts.found),
    readings: states.flatMap(({ columns, resets }) =>
      [...columns.values()].map(({ about, points }) => ({ ...about, points, resets })),
    ),
  };
}
