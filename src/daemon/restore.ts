import { isRunId, type Config, type Log, type RunRecord, type RunStore } from "../model/index.ts";
import { newestRecords } from "../record/index.ts";
import { createHistory, neverMeasured, type History, type LatestRuns } from "./history.ts";

/**
 * Record files read at the start: in all, and for each scenario. More of one, where they do not say yet what alerts of
 * its schedule rest on; the database then tells the rest.
 */
const FILES = 1_000;
const LEAST_FILES = 2;
const MOST_FILES = 20;
/** Runs of the trend, over all scenarios. */
const TREND = 500;
/** Runs in a row that are counted as missed, at most. */
const IN_A_ROW = 50;
/** Judged runs that "twice in a row" needs. */
const TWICE = 2;

/** What gauges said before the restart, from the record files: needs no database. */
export async function restoreFromFiles(history: History, config: Config, log: Log): Promise<void> {
  const scenarios = Object.keys(config.scenarios);
  const perScenario = Math.max(LEAST_FILES, Math.min(MOST_FILES, Math.floor(FILES / scenarios.length)));
  const wantsMore = (scenario: string, records: readonly RunRecord[]): boolean =>
    lacksNights(config, scenario, records);
  const found = await newestRecords(config.results.folder, { scenarios, perScenario, wantsMore, now: history.now() });
  if ("problem" in found) {
    log.error(found.problem);
    return;
  }
  for (const record of found.records) history.note(record);
}

/**
 * Runs of pull requests may stand before the nights, and nights that measured little before those that measured all:
 * a daemon that knew only those would resolve what still stands.
 */
function lacksNights({ scenarios }: Config, name: string, records: readonly RunRecord[]): boolean {
  const scenario = scenarios[name];
  if (scenario?.schedule === undefined) return false;
  const own = records.filter(({ trigger, target }) => trigger === "cron" && target === scenario.target.name);
  const history = createHistory();
  for (const record of own) history.note(record);
  const judged = own.filter(({ verdict }) => verdict !== null && verdict !== "invalid");
  return judged.length < TWICE || history.latest().some((latest) => neverMeasured(latest).length > 0);
}

/** Runs of other daemons on the same database. Rejects with StoreUnavailable. */
export async function noteLatest(history: History, store: RunStore): Promise<void> {
  for (const record of await store.latest()) history.note(record);
}

/** What the database knows beside: runs of other daemons, and those further back. Rejects with StoreUnavailable. */
export async function restoreFromStore(history: History, store: RunStore): Promise<void> {
  await noteLatest(history, store);
  for (const run of await store.list({ state: "finished", limit: TREND })) history.noteSummary(run);
  const missing = history.latest().filter(({ judged }) => judged !== undefined && judged.verdict !== "pass");
  for (const latest of missing) await restoreRow(history, store, latest);
}

/** How often in a row objectives were missed, and what was said last of those that the last judged run did not measure. */
async function restoreRow(history: History, store: RunStore, latest: LatestRuns): Promise<void> {
  const { scenario, target, trigger } = latest;
  const runs = await store.list({ scenario, target, trigger, state: "finished", limit: IN_A_ROW });
  for (const run of runs) history.noteSummary(run);
  for (const { id, verdict } of runs) {
    const now = history.of(latest);
    if (now === undefined || neverMeasured(now).length === 0) return;
    if (verdict === null || verdict === "invalid" || !isRunId(id)) continue;
    const stored = await store.find(id);
    if (stored !== undefined && "record" in stored) history.note(stored.record);
  }
}
