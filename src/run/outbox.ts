import { StoreUnavailable, type Clock, type Log, type RunRecord, type RunStore } from "../model/index.ts";
import { messageOf } from "./reach.ts";

/** Waits between attempts while the database is away: doubled from the first to the longest. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/**
 * Records on their way from the disk into the store, each until it is there. Nothing is lost with this process: the
 * records lie on the disk, and what the store misses is stored at the next start.
 */
export interface Outbox {
  add(record: RunRecord): void;
  /** Records not stored yet. */
  size(): number;
  /** Tries once more, then ends: true when all is stored. */
  close(): Promise<boolean>;
}

export interface OutboxDeps {
  readonly store: Pick<RunStore, "finish">;
  readonly clock: Clock;
  readonly log: Log;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const pending = new Map<string, RunRecord>();
  const life = new AbortController();
  let delivering: Promise<void> | undefined;
  const begin = (): void => {
    if (delivering !== undefined || pending.size === 0 || life.signal.aborted) return;
    delivering = deliver(pending, deps, life.signal).finally(() => {
      delivering = undefined;
      begin(); // for what came in while the last delivery ended
    });
  };
  return {
    add(record) {
      pending.set(record.id, record);
      begin();
    },
    size: () => pending.size,
    async close() {
      life.abort();
      await delivering;
      await deliverOnce(pending, deps);
      return pending.size === 0;
    },
  };
}

async function deliver(pending: Map<string, RunRecord>, deps: OutboxDeps, life: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  let told = false;
  while (pending.size > 0 && !life.aborted) {
    const { stored, failed } = await deliverOnce(pending, deps);
    if (!failed) continue;
    if (!told) deps.log.warn("Records wait on the disk until the database takes them.", { records: pending.size });
    told = true;
    if (stored > 0) waitMs = FIRST_WAIT_MS;
    await deps.clock.sleep(waitMs, life).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
  if (told && pending.size === 0) deps.log.info("All waiting records are stored.");
}

async function deliverOnce(
  pending: Map<string, RunRecord>,
  { store, log }: OutboxDeps,
): Promise<{ readonly stored: number; readonly failed: boolean }> {
  let stored = 0;
  let failed = false;
  for (const [id, record] of [...pending]) {
    try {
      await store.finish(record);
      stored += 1;
      // A newer one, with its telemetry, may have come in meanwhile.
      if (pending.get(id) === record) pending.delete(id);
    } catch (error) {
      if (error instanceof StoreUnavailable) return { stored, failed: true };
      failed = true;
      log.error(`The record could not be stored: ${messageOf(error)}`, { run_id: id });
    }
  }
  return { stored, failed };
}
