import type { Config, Log, RunStore } from "../model/index.ts";
import { newestRecords } from "../record/index.ts";
import type { History } from "./history.ts";

/** Record files read at the start: in all, and for each scenario; the database then tells the rest. */
const FILES = 1_000;
const LEAST_FILES = 2;
const MOST_FILES = 20;
/** Runs of the trend, over all scenarios. */
const TREND = 500;
/** Runs in a row that are counted as missed, at most. */
const IN_A_ROW = 50;

/** What gauges said before the restart, from the record files: needs no database. */
export async function restoreFromFiles(history: History, config: Config, log: Log): Promise<void> {
  const scenarios = Object.keys(config.scenarios);
  const perScenario = Math.max(LEAST_FILES, Math.min(MOST_FILES, Math.floor(FILES / scenarios.length)));
  const found = await newestRecords(config.results.folder, { scenarios, perScenario });
  if ("problem" in found) {
    log.error(found.problem);
    return;
  }
  for (const record of found.records) history.note(record);
}

/** Runs of other daemons on the same database. Rejects with StoreUnavailable. */
export async function noteLatest(history: History, store: RunStore): Promise<void> {
  for (const record of await store.latest()) history.note(record);
}

/** What the database knows beside: runs of other daemons, and those further back. Rejects with StoreUnavailable. */
export async function restoreFromStore(history: History, store: RunStore): Promise<void> {
  await noteLatest(history, store);
  for (const run of await store.list({ state: "finished", limit: TREND })) history.noteSummary(run);
  const failing = history.latest().filter(({ judged }) => judged?.verdict === "fail");
  for (const { scenario, target, trigger } of failing)
    for (const run of await store.list({ scenario, target, trigger, state: "finished", limit: IN_A_ROW }))
      history.noteSummary(run);
}
