import {
  reason,
  type OpenedRun,
  type Reason,
  type ResourceSeries,
  type RunRecord,
  type Scenario,
  type TargetWatch,
  type Telemetry,
  type Timeline,
} from "../model/index.ts";
import { TAKEN, type RunDeps } from "./deps.ts";
import { recordOf, trialRecord, type RecordInput, type RunRequest } from "./draft.ts";
import { freeze } from "./freeze.ts";
import { keep } from "./keep.ts";
import { settleRun, unjudged } from "./settle.ts";
import { refusalOf, surroundingsOf } from "./surroundings.ts";
import { NO_LOAD, NOT_READ, NOTHING_SENT, readBack } from "./telemetry.ts";
import { seriesOf } from "./series.ts";
import { runTrials, type DoneTrials } from "./trials.ts";
import { openSources } from "./watching.ts";

const NO_TRIALS: DoneTrials = { trials: [], failedPushes: 0 };

export interface ExecutedRun {
  readonly record: RunRecord;
  readonly timeline?: Timeline;
  /** The curves of the target's system. */
  readonly series?: ResourceSeries;
  /** The record on the disk does not say what was read back of the series. */
  readonly problem?: Reason;
}

/**
 * The story of a run. Whatever goes wrong ends in a record with a state and a reason; nothing is retried, nothing
 * vanishes. What is asked for is on disk before any load, the record before anybody hears of the verdict.
 */
export async function executeRun(request: RunRequest, deps: RunDeps): Promise<ExecutedRun> {
  const startedAt = deps.clock.now();
  const finish: Opened["finish"] = (input) =>
    recordOf({ ...input, request, startedAt, endedAt: deps.clock.now(), telemetry: beforeReading(input, deps) });

  deps.onState("preparing");
  const opened = await deps.records.open(openedRun(request, deps, startedAt));
  if ("problem" in opened) {
    const settled = unjudged(opened.problem, request.scenario);
    const record = finish({ settled, environment: {}, trials: [] });
    deps.onRecorded(record);
    return { record };
  }
  const sources = await openSources(request.scenario.target, deps);
  try {
    return await executeOpened(request, deps, { finish, folder: opened.folder, sources });
  } finally {
    await sources.close();
  }
}

interface Opened {
  readonly finish: (input: Omit<RecordInput, "request" | "startedAt" | "endedAt" | "telemetry">) => RunRecord;
  readonly folder: string;
  readonly sources: TargetWatch;
}

/** The run has its folder, and its target's sources are open. */
async function executeOpened(
  request: RunRequest,
  deps: RunDeps,
  { finish, folder, sources }: Opened,
): Promise<ExecutedRun> {
  const { scenario } = request;
  const version = await deps.engine.version(request.scenario).catch(unexpected);
  const name = "version" in version ? `${version.name ?? deps.engine.name} ${version.version}` : deps.engine.name;
  const { environment, findings } = await surroundingsOf({ scenario, engine: name, facts: sources.facts() }, deps);
  const around = { environment, ...(findings.length > 0 && { findings }) };
  const unfit = "problem" in version ? undefined : refusalOf(scenario, findings);
  if (unfit !== undefined) {
    const record = await keep(finish({ settled: unfit, ...around, trials: [] }), {}, deps.records);
    deps.onRecorded(record);
    return { record };
  }

  deps.onState("running");
  const done: DoneTrials =
    "problem" in version
      ? { ...NO_TRIALS, problem: version.problem }
      : await runTrials(request, deps, { folder, sources }).catch((error: unknown) => ({
          ...NO_TRIALS,
          ...unexpected(error),
        }));

  deps.onState("judging");
  const settled = wasTaken(deps) ? unjudged(OWNER_SILENT, scenario, "lost") : settleRun(done, scenario);
  const { trials, timeline, watched, workload } = done;
  const series = seriesOf(done, settled);
  const told = finish({
    ...{ settled, ...around, trials: trials.map(trialRecord) },
    ...(watched && { resources: watched.resources }),
    ...(workload && { workload: workload.record }),
  });
  const record = await keep(told, { timeline, series }, deps.records);
  deps.onRecorded(record);
  if (record.state === "lost" || (record.state === "error" && done.trials.length === 0)) return { record };
  const { traffic } = scenario;
  const read = await withTelemetry(record, { ...done, ...(traffic && { traffic }) }, deps);
  return { ...read, ...(timeline && { timeline }), ...(series && { series }) };
}

/** What the series in Prometheus say of the same run: told later, it changes no verdict. */
async function withTelemetry(
  record: RunRecord,
  done: DoneTrials & Pick<Scenario, "traffic">,
  deps: RunDeps,
): Promise<ExecutedRun> {
  const reader = deps.prometheus?.reader;
  const telemetry = await readBack(
    { id: record.id as RunRequest["id"], ...done, ...(reader && { reader }) },
    deps.stop,
  );
  const told = { ...record, telemetry };
  const { problem } = await deps.records.save(told);
  return { record: told, ...(problem && { problem }) };
}

function openedRun({ id, scenario, trigger, revision, slot }: RunRequest, deps: RunDeps, at: number): OpenedRun {
  return {
    schema: 1,
    id,
    scenario: freeze(scenario),
    trigger,
    ...(revision === undefined ? {} : { revision }),
    ...(slot === undefined ? {} : { slot }),
    owner: deps.owner,
    opened_at: new Date(at).toISOString(),
  };
}

const OWNER_SILENT = reason(
  "owner_silent",
  "Another daemon heard nothing of this one for so long that it took the run as lost: its load was ended and is not judged.",
);

function wasTaken({ kill }: RunDeps): boolean {
  return kill.aborted && kill.reason === TAKEN;
}

/** A bug of ours ends this run, not the others: it is told in the record, with the error's own words. */
function unexpected(error: unknown): { readonly problem: Reason } {
  const why = reason("internal", `Chatbench itself failed: ${error instanceof Error ? error.message : String(error)}`);
  return { problem: why };
}

function beforeReading({ trials }: Pick<RecordInput, "trials">, deps: RunDeps): Telemetry {
  if (trials.length === 0) return NO_LOAD;
  return deps.prometheus === undefined ? NOTHING_SENT : NOT_READ;
}
