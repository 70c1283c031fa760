import {
  isOpen,
  judgedSecondsOf,
  type Environment,
  type Finding,
  type Instant,
  type LadderRecord,
  type Measurements,
  type ObjectiveResult,
  type Reason,
  type Resources,
  type RunId,
  type RunRecord,
  type Scenario,
  type Target,
  type Telemetry,
  type TerminalState,
  type Trial,
  type TrialRecord,
  type Trigger,
  type Verdict,
  type WorkloadRecord,
  type AbortedBy,
} from "../model/index.ts";

export interface RunRequest {
  readonly id: RunId;
  /** Frozen: a configuration that changes meanwhile changes nothing here. */
  readonly scenario: Scenario;
  readonly trigger: Trigger;
  readonly revision?: string;
  /** The scheduled instant; only of runs that cron asked for. */
  readonly slot?: Instant;
}

/** What a record tells of a scenario: a frozen one will do. */
export type RecordedScenario = Pick<Scenario, "name" | "script" | "load" | "objectives"> & {
  readonly target: Pick<Target, "name" | "baseUrl">;
};

/** What judging said. */
export interface Settled {
  readonly state: TerminalState;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly abortedBy?: AbortedBy;
  readonly measurements: Measurements;
  readonly objectives: readonly ObjectiveResult[];
  readonly ladder?: LadderRecord;
}

export interface RecordInput {
  readonly request: Omit<RunRequest, "scenario"> & { readonly scenario: RecordedScenario };
  readonly settled: Settled;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly environment: Environment;
  readonly findings?: readonly Finding[];
  readonly telemetry: Telemetry;
  readonly workload?: WorkloadRecord;
  readonly trials: readonly TrialRecord[];
  readonly resources?: Resources;
}

/** The record of a run that is over: what every reader of results works from. */
export function recordOf(input: RecordInput): RunRecord {
  const { request, settled } = input;
  const { scenario } = request;
  return {
    schema: 1,
    id: request.id,
    scenario: scenario.name,
    target: scenario.target.name,
    target_url: scenario.target.baseUrl,
    script: scenario.script,
    trigger: request.trigger,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    state: settled.state,
    verdict: settled.verdict,
    reason: settled.reason,
    ...(settled.abortedBy === undefined ? {} : { aborted_by: settled.abortedBy }),
    started_at: iso(input.startedAt),
    ended_at: iso(input.endedAt),
    pattern: patternOf(scenario),
    measurements: settled.measurements,
    objectives: settled.objectives,
    comparison: [],
    cost: {},
    environment: input.environment,
    ...(input.findings === undefined ? {} : { findings: input.findings }),
    telemetry: input.telemetry,
    ...(input.workload === undefined ? {} : { workload: input.workload }),
    ...(input.resources === undefined ? {} : { resources: input.resources }),
    ...(settled.ladder === undefined ? {} : { ladder: settled.ladder }),
    trials: input.trials,
  };
}

function patternOf({ load }: RecordedScenario): RunRecord["pattern"] {
  const seconds = judgedSecondsOf(load);
  return {
    name: load.pattern,
    ...(load.stages === null ? {} : { users: load.users }),
    ...(isOpen(load) && { rate: load.rate, arrivals: load.arrivals }),
    ...(seconds === undefined ? {} : { duration_seconds: seconds }),
    warmup_seconds: load.warmup.seconds,
  };
}

/** A trial as records tell it. */
export function trialRecord(trial: Trial): TrialRecord {
  return {
    index: trial.index,
    arms: trial.spec.arms,
    outcome: trial.outcome,
    invalid: trial.invalid,
    started_at: iso(trial.startedAt),
    ended_at: iso(trial.endedAt),
    ...(trial.facts === undefined ? {} : { facts: trial.facts }),
    ...(trial.observed === undefined ? {} : { observed: trial.observed }),
  };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
