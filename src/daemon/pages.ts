import { reason, turnOf, type Instant, type Reason, type RunId, type RunRecord, type Uptime } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { listRecords, newestRecords, type RecordStore } from "../record/index.ts";
import { overviewReport, runReport } from "../report/index.ts";
import type { ExecutedRun } from "../run/index.ts";

/** The standing uptime of a target, as it is now. */
export type UptimeOf = (target: string) => Uptime | undefined;

/** What the overview needs to know beside its records. */
export interface OverviewBeside {
  readonly uptime?: UptimeOf | undefined;
  /** Absent: the system's clock. */
  readonly now?: () => Instant;
}

/** Newest runs that the overview is made from. */
const OVERVIEW_RUNS = 500;

export interface WrittenPages {
  /** Why the page of the run could not be written. */
  readonly problem?: Reason;
  /** Why the overview could not. */
  readonly overview?: Reason;
}

/** The page of a run that has just ended, and the overview with it. */
export async function writePages(
  executed: ExecutedRun,
  { folder, records, uptime }: { readonly folder: string; readonly records: RecordStore; readonly uptime: UptimeOf },
): Promise<WrittenPages> {
  const saved = await writeRunPage(executed, records, uptime(executed.record.target));
  if (saved.problem !== undefined) return saved; // what stopped the one page would stop the other
  const { problem } = await writeOverview(folder, records, { uptime });
  return problem === undefined ? {} : { overview: problem };
}

/** The page of a run alone. */
export function writeRunPage(
  { record, timeline, series }: ExecutedRun,
  records: RecordStore,
  uptime?: Uptime,
): Promise<{ readonly problem?: Reason }> {
  return records.saveReport(record.id as RunId, runReport(record, timeline, { uptime, series }).markup);
}

/** Writes results/report.html, or says why it could not. */
export type WriteOverview = () => Promise<{ readonly problem?: Reason }>;

/** results/report.html: the newest run of each scenario. */
export async function writeOverview(
  folder: string,
  records: RecordStore,
  beside?: OverviewBeside,
): Promise<{ readonly problem?: Reason }> {
  return await createOverview(folder, records, beside)();
}

/**
 * Writes results/report.html again and again: only records that it has not read before are read. What may change in a
 * record, its telemetry, is not on that page.
 */
export function createOverview(
  folder: string,
  records: RecordStore,
  { uptime, now = () => systemClock.now() }: OverviewBeside = {},
): WriteOverview {
  let known: ReadonlyMap<string, RunRecord> = new Map();
  return async () => {
    const listed = await listRecords(folder, { limit: OVERVIEW_RUNS, known: (id) => known.get(id) });
    if ("problem" in listed) return { problem: reason("storage", listed.problem) };
    known = new Map(listed.records.map((record) => [record.id, withoutTrials(record)]));
    // A scenario that ran last before those is shown too.
    const shown = new Set(listed.records.map(({ scenario }) => scenario));
    const older = await newestRecords(folder, { without: shown, now: now() });
    if ("problem" in older) return { problem: reason("storage", older.problem) };
    const turn = ({ id }: RunRecord): string => turnOf(id, now());
    const oldestFirst = [...listed.records, ...older.records].sort((a, b) => (turn(a) < turn(b) ? -1 : 1));
    const newest = [...new Map(oldestFirst.map((record) => [record.scenario, record])).values()];
    const beside = { ...listed, now: now(), ...(uptime === undefined ? {} : { uptime }) };
    return await records.saveOverview(overviewReport(newest, listed.records, beside).markup);
  };
}

/** Most of a record's bytes, and nothing of them is on the page. */
function withoutTrials(record: RunRecord): RunRecord {
  return { ...record, trials: [] };
}
