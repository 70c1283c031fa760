import type { QueuedRun, RunId, RunStore } from "../model/index.ts";
import type { SecretKeep } from "./secret-keep.ts";

/** In how many calls once it is looked for withdrawn runs without a record: they come of crashes only. */
const WITHDRAWN_EVERY = 15;
/** A slot that lies so far ahead was decided while the clock was wrong. */
const FUTURE_MS = 2 * 60 * 60 * 1000;

export interface TidyDeps {
  readonly store: RunStore;
  readonly keep: SecretKeep;
  readonly onWithdrawn: (runs: readonly QueuedRun[]) => Promise<void>;
}

/**
 * Called each minute: drops secrets of runs that others have taken, takes runs of the far future out of the queue
 * (they would wait for their slot and hold their scenario until then), and keeps the record of withdrawn runs whose
 * daemon died before it could.
 */
export function createTidy(deps: TidyDeps): () => Promise<void> {
  let calls = 0;
  return async () => {
    const active = await deps.store.active();
    deps.keep.prune(new Set(active.map(({ id }) => id)));
    await withdrawFuture(active, deps);
    if (calls++ % WITHDRAWN_EVERY === 0) await keepForgotten(deps);
  };
}

async function withdrawFuture(active: readonly QueuedRun[], { store, onWithdrawn }: TidyDeps): Promise<void> {
  const waiting = active.filter(({ state, slot }) => state === "queued" && slot !== undefined);
  if (waiting.length === 0) return;
  const latest = (await store.now()) + FUTURE_MS;
  for (const { id, slot } of waiting) {
    if (slot === undefined || slot <= latest) continue;
    const result = await store.abort(id, "schedule");
    if (result.kind === "withdrawn") await onWithdrawn([result.run]);
  }
}

async function keepForgotten({ store, onWithdrawn }: TidyDeps): Promise<void> {
  const aborted = await store.list({ state: "aborted", limit: 100 });
  const forgotten = await store.missing(aborted.map(({ id }) => id as RunId));
  for (const id of forgotten) {
    const found = await store.find(id);
    if (found !== undefined && "run" in found) await onWithdrawn([found.run]);
  }
}
