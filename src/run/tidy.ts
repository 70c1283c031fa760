import { SET_BACK_MS, type QueuedRun, type RunId, type RunStore } from "../model/index.ts";
import type { SecretKeep } from "./secret-keep.ts";

/** In how many calls once it is looked for what comes of crashes only, and for slots that are too old to keep. */
const SELDOM = 15;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Of each scenario, however old they seem: of one that runs each minute the slots of a week. */
const KEPT_SLOTS = 10_000;

export interface TidyDeps {
  readonly store: RunStore;
  readonly keep: SecretKeep;
  readonly onWithdrawn: (runs: readonly QueuedRun[]) => Promise<void>;
  /** For how many days it is kept what became of slots. */
  readonly keepSlotsDays: () => number;
}

/**
 * Called each minute: drops secrets of runs that others have taken, takes runs of the far future out of the queue
 * (they would wait for their slot and hold their scenario until then) and those that waited until a blackout of their
 * schedule began, keeps the record of withdrawn runs whose daemon died before it could, and forgets old slots.
 */
export function createTidy(deps: TidyDeps): () => Promise<void> {
  let calls = 0;
  return async () => {
    const active = await deps.store.active();
    deps.keep.prune(new Set(active.map(({ id }) => id)));
    await withdrawUntimely(active, deps);
    if (calls++ % SELDOM !== 0) return;
    await keepForgotten(deps);
    await deps.store.forgetSlots((await deps.store.now()) - deps.keepSlotsDays() * DAY_MS, KEPT_SLOTS);
  };
}

async function withdrawUntimely(active: readonly QueuedRun[], { store, onWithdrawn }: TidyDeps): Promise<void> {
  const waiting = active.filter(({ state, slot }) => state === "queued" && slot !== undefined);
  if (waiting.length === 0) return;
  const now = await store.now();
  for (const { id, slot = now, beginBy = Infinity } of waiting) {
    if (slot <= now + SET_BACK_MS && now < beginBy) continue;
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
