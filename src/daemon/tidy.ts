import { StoreUnavailable, type Clock, type Config, type Log, type RunId, type RunStore } from "../model/index.ts";
import { applyRetention } from "../record/index.ts";
import type { History } from "./history.ts";
import type { WriteOverview } from "./pages.ts";

export interface TidyDeps {
  readonly config: () => Config;
  /** Writes the page of all scenarios. */
  readonly overview: WriteOverview;
  readonly store: RunStore;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What is to do once a run is wholly over: what retention lets go leaves the disk first, then the overview is written,
 * which must not link to what is gone; what the database then still knows is forgotten there too. One that is away is
 * asked again after the next run.
 */
export function createResultsTidy(deps: TidyDeps): () => Promise<void> {
  const { config, overview, store, history, clock, log } = deps;
  let owed: readonly RunId[] = [];
  return async () => {
    const { folder, keepRuns, keepDays } = config().results;
    const { removed, problems } = await applyRetention(folder, { keepRuns, keepDays, now: clock.now() });
    problems.forEach((problem) => log.warn(problem));
    history.forget(removed);
    owed = [...owed, ...removed];
    const { problem } = await overview();
    if (problem !== undefined) log.error(problem.text);
    if (removed.length > 0) log.info("Removed runs by retention.", { runs: removed.length });
    if (owed.length > 0 && (await isForgotten(owed, store, log))) owed = [];
  };
}

async function isForgotten(ids: readonly RunId[], store: Pick<RunStore, "forget">, log: Log): Promise<boolean> {
  try {
    await store.forget(ids);
    return true;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    log.warn(`The database still lists runs that retention removed: ${error.message}`, { runs: ids.length });
    return false;
  }
}
