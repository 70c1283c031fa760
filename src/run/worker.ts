import type {
  AbortedBy,
  Clock,
  Engine,
  Instance,
  Log,
  OpenWatch,
  Progress,
  QueuedRun,
  Records,
  RunId,
  RunRecord,
  RunStore,
  Scenario,
  Survey,
  Turn,
  Turns,
} from "../model/index.ts";
import { reason } from "../model/index.ts";
import { planFor } from "../plan/index.ts";
import { TAKEN, type ReadPrompts, type RunDeps, type SeriesDeps, type WorkState } from "./deps.ts";
import type { RunEvents } from "./events.ts";
import { executeRun } from "./execute.ts";
import { thaw } from "./freeze.ts";
import type { Ledger } from "./ledger.ts";
import { liveRun, type LiveRun, type LiveRuns } from "./live-runs.ts";
import { createReach, messageOf, type Reach } from "./reach.ts";
import type { SecretKeep } from "./secret-keep.ts";
import { serial } from "./serial.ts";
import { refusedRecord } from "./unrun.ts";

/** How often a daemon says that it lives, hears what to stop, and looks for work unasked. */
export const BEAT_MS = 5_000;

/** Takes runs from the queue and executes them, for as long as it is not stopped. */
export interface Worker {
  start(): void;
  /** There may be work: look now. */
  nudge(): void;
  /** What the run does now, if it is at work here. */
  progress(id: RunId): Progress | undefined;
  /** Runs at work here. */
  running(): readonly { readonly run: QueuedRun; readonly state: WorkState }[];
  /** Stops this run gracefully, if it is at work here, without waiting for the next beat. */
  stopRun(id: RunId, by: AbortedBy): void;
  /** Begins nothing more, ends what runs gracefully as aborted, and resolves when all records are kept. */
  stop(): Promise<void>;
  /** The same at once, by killing. */
  kill(): Promise<void>;
}

export interface WorkerDeps {
  readonly store: RunStore;
  readonly instance: Instance;
  readonly engine: Engine;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: RunEvents;
  readonly ledger: Ledger;
  readonly keep: SecretKeep;
  /** Of processes that share the results folder; absent: there are none. */
  readonly turns?: Turns;
  readonly scenarios: () => readonly Scenario[];
  /** Most runs at work at the same time. */
  readonly runLimit: () => number;
  readonly survey: Survey;
  readonly watch?: OpenWatch;
  readonly readPrompts?: ReadPrompts;
  /** Asked anew for each run; undefined: the run happens without. */
  readonly prometheus: () => Promise<SeriesDeps | undefined>;
  /** What other daemons left behind; before the first run, and after each beat. */
  readonly sweep: () => Promise<void>;
  readonly beatMs?: number;
}

interface State {
  readonly deps: WorkerDeps;
  readonly live: LiveRuns;
  readonly reach: Reach;
  /** Aborted: no further run begins. */
  readonly ending: AbortController;
  readonly claimAll: () => Promise<void>;
  readonly sweep: () => Promise<void>;
  /** The store has heard of this daemon, and what others left is swept: only then is work taken. */
  ready: boolean;
}

export function createWorker(deps: WorkerDeps): Worker {
  const state: State = {
    deps,
    live: new Map(),
    reach: createReach(deps.log, "the queue"),
    ending: new AbortController(),
    claimAll: serial(() => claimAll(state)),
    sweep: serial(deps.sweep),
    ready: false,
  };
  return {
    start: () => void keepBeating(state),
    nudge: () => void state.claimAll(),
    progress: (id) => state.live.get(id)?.progress,
    running: () => [...state.live.values()].map(({ run, state: at }) => ({ run, state: at })),
    stopRun: (id, by) => state.live.get(id)?.stop.abort(by),
    stop: () => end(state, (live) => live.stop.abort("shutdown")),
    kill: () => end(state, killOne),
  };
}

async function keepBeating(state: State): Promise<void> {
  const { signal } = state.ending;
  while (!signal.aborted) {
    await beat(state);
    await state.deps.clock.sleep(state.deps.beatMs ?? BEAT_MS, signal).catch(() => undefined);
  }
  // A run that is stopped may take a while: others must not take it for lost meanwhile.
  while (state.live.size > 0) {
    await listen(state);
    const over = Promise.all([...state.live.values()].map(({ done }) => done));
    const done = new AbortController();
    void over.then(() => done.abort());
    await state.deps.clock.sleep(state.deps.beatMs ?? BEAT_MS, done.signal).catch(() => undefined);
  }
}

async function beat(state: State): Promise<void> {
  if (!(await listen(state))) return;
  const sweep = state.sweep().catch((error: unknown) => state.deps.log.error(`Recovery failed: ${messageOf(error)}`));
  if (!state.ready) await sweep;
  state.ready = true;
  await state.claimAll();
}

/** Says that this daemon lives and does what the store asks; false: the store is away. */
async function listen({ deps, live, reach }: State): Promise<boolean> {
  const heard = await reach.ask(() => deps.store.heartbeat(deps.instance));
  if (heard === undefined) return false;
  for (const { id, by } of heard.answer.abort) live.get(id)?.stop.abort(by);
  for (const id of heard.answer.lost) live.get(id)?.kill.abort(TAKEN);
  for (const one of live.values()) if (one.told !== one.state) await tellState(one, { deps, reach });
  return true;
}

async function claimAll(state: State): Promise<void> {
  const { deps, live, reach, ending } = state;
  while (state.ready && !ending.signal.aborted && live.size < deps.runLimit()) {
    const claimed = await reach.ask(() => deps.store.claim(deps.instance, deps.runLimit()));
    const run = claimed?.answer;
    if (run === undefined) return;
    begin(state, run);
  }
}

function begin(state: State, run: QueuedRun): void {
  const { live, ending, deps } = state;
  const one = liveRun(run);
  live.set(run.id, one);
  if (run.abortBy !== undefined) one.stop.abort(run.abortBy);
  if (ending.signal.aborted) one.stop.abort("shutdown"); // claimed at the very moment of stopping
  one.done = work(state, one)
    .catch((error: unknown) => broken(run, error, deps))
    .finally(() => {
      live.delete(run.id);
      deps.keep.drop(run.id);
      void state.claimAll();
    });
}

/** A bug of ours ends this run and not the daemon. */
async function broken(run: QueuedRun, error: unknown, { ledger, log, clock }: WorkerDeps): Promise<void> {
  const why = reason("internal", `Chatbench itself failed: ${messageOf(error)}`);
  log.error(why.text, { run_id: run.id });
  await ledger.enter(refusedRecord(run, why, clock.now())).catch(() => undefined);
}

async function work(state: State, one: LiveRun): Promise<void> {
  const { deps } = state;
  const { run } = one;
  const now = deps.clock.now();
  const thawed = thaw(run.scenario, { kept: deps.keep.of(run.id), scenarios: deps.scenarios() });
  if ("problem" in thawed) {
    await deps.ledger.enter(refusedRecord(run, thawed.problem, now));
    return;
  }
  deps.events.runBegan(run, Math.max(0, ((run.startedAt ?? now) - run.queuedAt) / 1000));
  let recorded: RunRecord | undefined;
  const runDeps = await depsOf(thawed.scenario, state, one);
  const turn = await waitForTurn(one, deps);
  const executed = await executeRun(
    { ...run, scenario: thawed.scenario },
    {
      ...runDeps,
      onRecorded(record) {
        recorded = record;
        turn?.release(); // before the store hears of it and gives the target to the next run
        deps.ledger.entered(record);
      },
    },
  ).finally(() => turn?.release());
  if (executed.problem !== undefined) deps.log.warn(executed.problem.text, { run_id: run.id });
  if (executed.record !== recorded) deps.ledger.updated(executed.record);
  deps.events.runDone(executed);
}

/** A `chatbench run` of another terminal may be loading the same target. Undefined: told to stop, and so is the run. */
async function waitForTurn({ run, stop }: LiveRun, { turns, instance, log }: WorkerDeps): Promise<Turn | undefined> {
  const { id, scenario } = run;
  const asked = { id, target: scenario.target.name, owner: ownerOf(instance) };
  return await turns?.take(asked, {
    stop: stop.signal,
    onWaiting: (before) =>
      log.warn(`Run of ${scenario.name} waits: another process (pid ${String(before.pid)}) loads its target.`, {
        ...{ run_id: id, waits_for: before.id },
      }),
  });
}

async function depsOf(scenario: Scenario, state: State, one: LiveRun): Promise<Omit<RunDeps, "onRecorded">> {
  const { engine, records, clock, instance, survey, watch, readPrompts, prometheus } = state.deps;
  const series = await prometheus();
  return {
    ...{ engine, records, clock, plan: planFor(scenario), owner: ownerOf(instance) },
    ...{ stop: one.stop.signal, kill: one.kill.signal },
    ...(series && { prometheus: series }),
    survey,
    ...(watch && { watch }),
    ...(readPrompts && { readPrompts }),
    onState(now) {
      one.state = now;
      void tellState(one, state);
    },
    onProgress: (progress) => (one.progress = progress),
  };
}

/**
 * The store's row follows the run; one that is no longer ours was given up as lost. A word that a later one has
 * overtaken (they go by connections of their own) is refused as well, and says nothing of whose the run is.
 */
async function tellState(one: LiveRun, { deps, reach }: Pick<State, "deps" | "reach">): Promise<void> {
  const { state } = one;
  const told = await reach.ask(() => deps.store.advance(one.run.id, state, deps.instance));
  if (told === undefined) return;
  if (told.answer) one.told = state;
  else if (one.state === state) one.kill.abort(TAKEN);
}

function ownerOf({ host, pid, startTime, place }: Instance): Omit<Instance, "id"> {
  return { host, pid, startTime, ...(place !== undefined && { place }) };
}

/** Whoever asked for the end of this process, it was nobody who stopped this run. */
function killOne({ stop, kill }: LiveRun): void {
  stop.abort("shutdown");
  kill.abort();
}

async function end(state: State, endRun: (live: LiveRun) => void): Promise<void> {
  state.ending.abort();
  for (const one of state.live.values()) endRun(one);
  await state.claimAll().catch(() => undefined); // one that is being claimed just now begins, and ends, first
  for (const one of state.live.values()) endRun(one);
  await Promise.all([...state.live.values()].map(({ done }) => done));
}
