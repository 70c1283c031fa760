import type { Log, RunStore } from "../model/index.ts";
import { listRecords } from "../record/index.ts";
import type { History } from "./history.ts";

/** Runs looked at on the disk for each start. */
const FILES = 500;
/** Runs of the trend, over all scenarios. */
const TREND = 500;
/** Runs in a row that are counted as missed, at most. */
const IN_A_ROW = 50;

/** What gauges said before the restart, from the record files: needs no database. */
export async function restoreFromFiles(history: History, folder: string, log: Log): Promise<void> {
  const listed = await listRecords(folder, { limit: FILES });
  if ("problem" in listed) {
    log.error(listed.problem);
    return;
  }
  for (const record of listed.records) history.note(record);
  for (const { problem } of listed.quarantined) log.warn(`Left out: ${problem}`);
}

/** What the database knows beside: runs of other daemons, and those further back. Rejects with StoreUnavailable. */
export async function restoreFromStore(history: History, store: RunStore): Promise<void> {
  for (const record of await store.latest()) history.note(record);
  for (const run of await store.list({ state: "finished", limit: TREND })) history.noteSummary(run);
  const failing = history.latest().filter(({ judged }) => judged?.verdict === "fail");
  for (const { scenario, trigger } of failing)
    for (const run of await store.list({ scenario, trigger, state: "finished", limit: IN_A_ROW }))
      history.noteSummary(run);
}
