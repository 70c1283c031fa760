import type { Clock, Config, Log, RunStore } from "../model/index.ts";
import { applyRetention, type RecordStore } from "../record/index.ts";
import type { History } from "./history.ts";
import { writeOverview } from "./pages.ts";

export interface TidyDeps {
  readonly config: () => Config;
  readonly records: RecordStore;
  readonly store: RunStore;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
}

/** Removes what retention lets go, on the disk first; what the database then still knows is forgotten there too. */
export async function tidyResults({ config, records, store, history, clock, log }: TidyDeps): Promise<void> {
  const { folder, keepRuns, keepDays } = config().results;
  const { removed, problems } = await applyRetention(folder, { keepRuns, keepDays, now: clock.now() });
  problems.forEach((problem) => log.warn(problem));
  if (removed.length === 0) return;
  log.info("Removed runs by retention.", { runs: removed.length });
  history.forget(removed);
  await writeOverview(folder, records); // it must not link to what is gone
  await store.forget(removed);
}
