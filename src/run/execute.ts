import { reason, type Environment, type Reason, type RunRecord, type Timeline, type Trial } from "../model/index.ts";
import type { RunDeps } from "./deps.ts";
import { recordOf, type RecordInput, type RunRequest, type Settled } from "./draft.ts";
import { settleRun, unjudged } from "./settle.ts";
import { NO_LOAD, NOTHING_SENT, readBack } from "./telemetry.ts";
import { runTrials, type DoneTrials } from "./trials.ts";

const NO_TRIALS: DoneTrials = { trials: [], failedPushes: 0 };

export interface ExecutedRun {
  readonly record: RunRecord;
  readonly timeline?: Timeline;
}

/**
 * The story of a run. Whatever goes wrong ends in a record with a state and a reason; nothing is retried, nothing
 * vanishes. The record is on disk before anybody hears of the verdict.
 */
export async function executeRun(request: RunRequest, deps: RunDeps): Promise<ExecutedRun> {
  const startedAt = deps.clock.now();
  const opened = await deps.records.open(request.id);
  if ("problem" in opened)
    return { record: draft(request, deps, { startedAt, settled: unjudged(opened.problem, request.scenario) }) };

  const version = await deps.engine.version().catch(unexpected);
  const environment = deps.environment(
    "version" in version ? `${deps.engine.name} ${version.version}` : deps.engine.name,
  );
  const done: DoneTrials =
    "problem" in version
      ? { ...NO_TRIALS, problem: version.problem }
      : await runTrials(request, deps, opened.folder).catch((error: unknown) => ({
          ...NO_TRIALS,
          ...unexpected(error),
        }));

  const settled = settleRun(done, request.scenario);
  const input = { startedAt, settled, environment, trials: done.trials };
  const record = await keep(draft(request, deps, input), done.timeline, deps);
  deps.onRecorded(record);
  if (record.state === "error" && done.trials.length === 0) return { record };

  const telemetry = await readBack({
    id: request.id,
    ...done,
    ...(deps.prometheus === undefined ? {} : { reader: deps.prometheus.reader }),
  });
  const told = { ...record, telemetry };
  await deps.records.save(told);
  return { record: told, ...(done.timeline === undefined ? {} : { timeline: done.timeline }) };
}

/** A bug of ours ends this run, not the others: it is told in the record, with the error's own words. */
function unexpected(error: unknown): { readonly problem: Reason } {
  const why = reason("internal", `Chatbench itself failed: ${error instanceof Error ? error.message : String(error)}`);
  return { problem: why };
}

interface Draft {
  readonly startedAt: number;
  readonly settled: Settled;
  readonly environment?: Environment;
  readonly trials?: readonly Trial[];
}

function draft(request: RunRequest, deps: RunDeps, { environment = {}, trials = [], ...known }: Draft): RunRecord {
  const unread: RecordInput["telemetry"] =
    deps.prometheus === undefined
      ? NOTHING_SENT
      : { prometheus: "incomplete", reason: "This run's series have not been read back yet." };
  const telemetry = trials.length === 0 ? NO_LOAD : unread;
  return recordOf({ request, environment, trials, telemetry, endedAt: deps.clock.now(), ...known });
}

/** On disk first; a run that cannot be kept has no verdict to tell. */
async function keep(record: RunRecord, timeline: Timeline | undefined, deps: RunDeps): Promise<RunRecord> {
  if (timeline !== undefined) await deps.records.saveTimeline(record.id as RunRequest["id"], timeline);
  const { problem } = await deps.records.save(record);
  if (problem === undefined) return record;
  const kept = withoutVerdict(record, problem);
  return problem.code === "internal" ? await keepWithoutNumbers(kept, record.reason, deps) : kept;
}

/** Numbers that no record can hold (NaN, a negative count) must not make the whole run vanish. */
async function keepWithoutNumbers(record: RunRecord, judged: Reason | null, deps: RunDeps): Promise<RunRecord> {
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
  const { problem } = await deps.records.save(told);
  return problem === undefined ? told : withoutVerdict(told, problem);
}

function withoutVerdict(record: RunRecord, problem: Reason): RunRecord {
  return { ...record, state: "error", verdict: null, reason: problem };
}
