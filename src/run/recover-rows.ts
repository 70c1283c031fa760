import type { AbandonedRun, Instance, Instant, Owner, QueuedRun, RunStore } from "../model/index.ts";
import type { Ledger } from "./ledger.ts";
import { endLoad, type RecoveryDeps } from "./recover-folders.ts";
import { diedRecord, silentRecord } from "./unrun.ts";
import { whereIs } from "./whereabouts.ts";

/** Looks in a row that must find a daemon of another machine silent, five seconds apart: some thirty seconds. */
export const SILENT_LOOKS = 7;

export interface RowRecoveryDeps extends RecoveryDeps {
  readonly store: Pick<RunStore, "abandoned">;
  readonly ledger: Ledger;
  readonly instance: Instance;
}

interface Watched {
  readonly lastHeartbeat: Instant;
  readonly looks: number;
}

/**
 * Runs that the store holds as at work by other daemons. One whose process on this machine is gone is lost at once. A
 * daemon on another machine or in another container is silent only when the same heartbeat was seen in so many looks in a row, none of which
 * failed: so neither a clock that jumps nor a database that was away for all of us makes anybody silent.
 */
export function createRowRecovery(deps: RowRecoveryDeps): () => Promise<void> {
  let watched: ReadonlyMap<string, Watched> = new Map();
  return async () => {
    let rows: readonly AbandonedRun[];
    try {
      rows = await deps.store.abandoned(deps.instance, 0);
    } catch (error) {
      watched = new Map();
      throw error;
    }
    watched = new Map(rows.map(({ owner, lastHeartbeat }) => [owner.id, lookAgain(watched, owner.id, lastHeartbeat)]));
    for (const row of rows) await recoverRow(row, watched.get(row.owner.id)?.looks ?? 0, deps);
  };
}

function lookAgain(before: ReadonlyMap<string, Watched>, owner: string, lastHeartbeat: Instant): Watched {
  const known = before.get(owner);
  return { lastHeartbeat, looks: known?.lastHeartbeat === lastHeartbeat ? known.looks + 1 : 1 };
}

async function recoverRow({ run, owner }: AbandonedRun, looks: number, deps: RowRecoveryDeps): Promise<void> {
  const here = whereIs(owner, deps.instance) === "here";
  if (here ? await deps.isAlive(owner) : looks < SILENT_LOOKS) return;
  // It may have ended while the database was away: then its record says how.
  const kept = await deps.folders.record(run.id);
  if (kept !== undefined && "record" in kept) deps.ledger.updated(kept.record);
  else if (here) await recoverDied(run, owner, deps);
  else await deps.ledger.enter(silentRecord(run, owner, { now: deps.clock.now() }));
}

async function recoverDied(run: QueuedRun, owner: Owner, deps: RowRecoveryDeps): Promise<void> {
  const opened = await deps.folders.opened(run.id);
  if (opened !== undefined) await endLoad(run.id, opened.folder, deps);
  await deps.ledger.enter(diedRecord(run, owner, { now: deps.clock.now(), soFar: opened?.soFar }));
}
