import type { Reason, RunId } from "../model/index.ts";
import { listRecords, type RecordStore } from "../record/index.ts";
import { overviewReport, runReport } from "../report/index.ts";
import type { ExecutedRun } from "../run/index.ts";

/** Newest runs that the overview is made from. */
const OVERVIEW_RUNS = 500;

/** The page of a run that has just ended, and the overview with it. */
export async function writePages(
  executed: ExecutedRun,
  folder: string,
  records: RecordStore,
): Promise<{ readonly problem?: Reason }> {
  const { record, timeline } = executed;
  const saved = await records.saveReport(record.id as RunId, runReport(record, timeline).markup);
  if (saved.problem !== undefined) return saved;
  await writeOverview(folder, records);
  return {};
}

/** results/report.html: the newest run of each scenario. */
export async function writeOverview(folder: string, records: RecordStore): Promise<void> {
  const listed = await listRecords(folder, { limit: OVERVIEW_RUNS });
  if ("problem" in listed) return;
  const newest = [...new Map(listed.records.toReversed().map((record) => [record.scenario, record])).values()];
  await records.saveOverview(overviewReport(newest, listed.records, listed).markup);
}
