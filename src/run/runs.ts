import type {
  AbortedBy,
  AbortResult,
  EnqueueResult,
  Instant,
  Progress,
  QueuedRun,
  RunId,
  Scenario,
  Trigger,
} from "../model/index.ts";
import { freeze } from "./freeze.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { messageOf } from "./reach.ts";
import { recoverFolders, type RecoveryDeps } from "./recover-folders.ts";
import { rebuildPatiently } from "./recover-records.ts";
import { createRowRecovery } from "./recover-rows.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createSecretKeep, type SecretKeep } from "./secret-keep.ts";
import { createTidy } from "./tidy.ts";
import { withdrawnRecord } from "./unrun.ts";
import { createWorker, type Worker, type WorkerDeps } from "./worker.ts";
import type { WorkState } from "./deps.ts";

/** A run that somebody asks for, from a configured scenario with what they changed of it. */
export interface Asked {
  readonly scenario: Scenario;
  readonly trigger: Trigger;
  readonly revision?: string;
  readonly idempotencyKey?: string;
}

/** Schedule, queue, runs and their records as one: what the daemon starts, asks and stops. */
export interface Runs {
  /**
   * Ends what a dead process left, then takes work. Resolves when nothing of before makes load any more; needs no
   * database: while it is away, it waits for it.
   */
  start(): Promise<void>;
  /** Each minute, and after a reload: decides what is due. */
  tick(): Promise<void>;
  /** Rejects with StoreUnavailable. */
  enqueue(asked: Asked): Promise<EnqueueResult>;
  /** Rejects with StoreUnavailable. */
  abort(id: RunId, by: AbortedBy): Promise<AbortResult>;
  progress(id: RunId): Progress | undefined;
  running(): readonly { readonly run: QueuedRun; readonly state: WorkState }[];
  /** Begins nothing more, ends what runs as aborted by shutdown, keeps and stores its records, and leaves. */
  stop(): Promise<void>;
  /** The same at once, by killing; also while `stop` waits. */
  kill(): Promise<void>;
  /** How much is held in memory, each per run queued here or at work: for tests of leaks. */
  held(): { readonly secrets: number; readonly atWork: number; readonly unstored: number };
}

export interface RunsDeps
  extends Omit<WorkerDeps, "keep" | "ledger" | "sweep">, Omit<RecoveryDeps, "ledger" | "engine" | "instance"> {
  readonly queueLimit: () => number;
  readonly newId: (at: Instant, scenario: string) => RunId;
  /** For how many days it is kept what became of slots. */
  readonly keepSlotsDays: () => number;
}

interface Parts {
  readonly deps: RunsDeps;
  readonly keep: SecretKeep;
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly worker: Worker;
  readonly scheduler: Scheduler;
  readonly tidy: () => Promise<void>;
  /** Aborted: what goes on in the background ends. */
  readonly life: AbortController;
}

export function createRuns(deps: RunsDeps): Runs {
  const parts = partsOf(deps);
  const { keep, outbox, worker } = parts;
  return {
    start: () => start(parts),
    tick: () => tick(parts),
    enqueue: (asked) => enqueue(asked, parts),
    abort: (id, by) => abort(id, by, parts),
    progress: (id) => worker.progress(id),
    running: () => worker.running(),
    stop: () => end(parts, () => worker.stop()),
    kill: () => end(parts, () => worker.kill()),
    held: () => ({ secrets: keep.size(), atWork: worker.running().length, unstored: outbox.size() }),
  };
}

function partsOf(deps: RunsDeps): Parts {
  const keep = createSecretKeep();
  const outbox = createOutbox(deps);
  const ledger = createLedger({ ...deps, outbox });
  const sweep = createRowRecovery({ ...deps, ledger });
  const worker = createWorker({ ...deps, keep, ledger, sweep });
  const withdrawn = (runs: readonly QueuedRun[]): Promise<void> => enterWithdrawn(runs, { deps, keep, ledger });
  const scheduler = createScheduler({ ...deps, keep, onQueued: () => worker.nudge(), onWithdrawn: withdrawn });
  const tidy = createTidy({ ...deps, keep, onWithdrawn: withdrawn });
  return { deps, keep, outbox, ledger, worker, scheduler, tidy, life: new AbortController() };
}

async function start(parts: Parts): Promise<void> {
  const { deps, worker, life } = parts;
  await recoverFolders({ ...deps, ledger: parts.ledger });
  worker.start();
  void rebuildPatiently({ ...deps, signal: life.signal })
    .then((rebuilt) => {
      if (rebuilt !== undefined && rebuilt.stored > 0) {
        deps.log.info("Records that the database did not have were stored.", { records: rebuilt.stored });
      }
    })
    .catch((error: unknown) => deps.log.error(`Records could not be stored: ${messageOf(error)}`));
}

async function tick(parts: Parts): Promise<void> {
  await parts.scheduler.tick();
  parts.worker.nudge();
  await parts.tidy().catch(() => undefined); // away: another minute will do
}

async function enqueue(asked: Asked, { deps, keep, worker }: Parts): Promise<EnqueueResult> {
  const { scenario, ...rest } = asked;
  const id = deps.newId(await deps.store.now(), scenario.name);
  keep.keep(id, scenario);
  const result = await deps.store.enqueue({ ...rest, id, scenario: freeze(scenario) }, deps.queueLimit());
  if (result.kind !== "queued" || result.id !== id) keep.drop(id);
  if (result.kind !== "queued") return result;
  if (result.id !== id) keep.keep(result.id, scenario);
  worker.nudge();
  return result;
}

async function abort(id: RunId, by: AbortedBy, parts: Parts): Promise<AbortResult> {
  const result = await parts.deps.store.abort(id, by);
  if (result.kind === "withdrawn") await enterWithdrawn([result.run], parts);
  if (result.kind === "asked") parts.worker.stopRun(id, by);
  return result;
}

async function enterWithdrawn(
  runs: readonly QueuedRun[],
  { deps, keep, ledger }: Pick<Parts, "deps" | "keep" | "ledger">,
): Promise<void> {
  for (const run of runs) {
    keep.drop(run.id);
    await ledger.enter(withdrawnRecord(run, run.abortBy ?? "person", deps.clock.now()));
  }
}

async function end({ deps, outbox, life }: Parts, endWork: () => Promise<void>): Promise<void> {
  life.abort();
  await endWork();
  // What cannot be stored now lies on the disk; its rows are settled by whoever starts next.
  if (!(await outbox.close())) return;
  await deps.store.leave(deps.instance).catch(() => undefined);
}
