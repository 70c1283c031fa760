import {
  type Reason,
  type Records,
  type RunId,
  type ResourceSeries,
  type RunRecord,
  type Timeline,
} from "../model/index.ts";

/** What lies beside the record. */
export interface Curves {
  readonly timeline?: Timeline | undefined;
  readonly series?: ResourceSeries | undefined;
}

/**
 * On disk first; a run that cannot be kept has no verdict to tell. Where the disk tells another end already (declared
 * lost by another daemon), that one stands.
 */
export async function keep(record: RunRecord, { timeline, series }: Curves, records: Records): Promise<RunRecord> {
  if (timeline !== undefined) await records.saveTimeline(record.id as RunId, timeline);
  if (series !== undefined) await records.saveResources(record.id as RunId, series);
  const { problem, stands } = await records.save(record);
  if (stands !== undefined) return stands;
  if (problem === undefined) return record;
  const kept = withoutVerdict(record, problem);
  return problem.code === "internal" ? await keepWithoutNumbers(kept, record.reason, records) : kept;
}

/** Numbers that no record can hold (NaN, a negative count) must not make the whole run vanish. */
async function keepWithoutNumbers(record: RunRecord, judged: Reason | null, records: Records): Promise<RunRecord> {
  const told: RunRecord = {
    ...record,
    reason: judged?.code === "bad_summary" ? judged : record.reason,
    measurements: {},
    objectives: record.objectives.map(({ measurement, condition, limit, reason: why }) => ({
      ...{ measurement, condition, limit, reason: why, verdict: "invalid" },
    })),
    trials: record.trials.map(({ index, arms, outcome, invalid, started_at, ended_at }) => ({
      ...{ index, arms, outcome, invalid, started_at, ended_at },
    })),
  };
  const { problem, stands } = await records.save(told);
  return stands ?? (problem === undefined ? told : withoutVerdict(told, problem));
}

function withoutVerdict(record: RunRecord, problem: Reason): RunRecord {
  return { ...record, state: "error", verdict: null, reason: problem };
}
