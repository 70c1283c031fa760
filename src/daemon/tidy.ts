import type { Clock, Config, Log, RunStore } from "../model/index.ts";
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
 * which must not link to what is gone; what the database then still knows is forgotten there too.
 */
export async function tidyResults({ config, overview, store, history, clock, log }: TidyDeps): Promise<void> {
  const { folder, keepRuns, keepDays } = config().results;
  const { removed, problems } = await applyRetention(folder, { keepRuns, keepDays, now: clock.now() });
  problems.forEach((problem) => log.warn(problem));
  history.forget(removed);
  const { problem } = await overview();
  if (problem !== undefined) log.error(problem.text);
  if (removed.length === 0) return;
  log.info("Removed runs by retention.", { runs: removed.length });
  await store.forget(removed);
}
