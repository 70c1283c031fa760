import type { Reason, Timeline, Trial, TrialResult, TrialSpec, TrialWork } from "../model/index.ts";
import { judge, measurementsOf, type Judgement } from "../judge/index.ts";
import type { RunRequest } from "./draft.ts";
import type { RunDeps } from "./deps.ts";

export interface DoneTrials {
  readonly trials: readonly Trial[];
  /** Of the first trial: the one whose objectives are judged. */
  readonly timeline?: Timeline;
  readonly failedPushes: number;
  /** Of the first trial, if it left what can be judged. */
  readonly judgement?: Judgement;
  /** Why there was no trial to begin with. */
  readonly problem?: Reason;
}

/** Runs trials for as long as the plan asks for more and none has ended badly. */
export async function runTrials(request: RunRequest, deps: RunDeps, folder: string): Promise<DoneTrials> {
  const trials: Trial[] = [];
  let timeline: Timeline | undefined;
  let judgement: Judgement | undefined;
  let failedPushes = 0;
  for (;;) {
    const step = deps.plan.next(trials, []);
    if (step.kind === "done") break;
    const result = await deps.engine.run(workOf(request, deps, { folder, index: trials.length }), deps);
    const judged = judgementOf(result, request);
    trials.push(trialOf(step.spec, result, { request, index: trials.length, judged }));
    timeline ??= result.timeline;
    judgement ??= judged;
    failedPushes += result.failedPushes;
    if (result.outcome.kind !== "completed") break;
  }
  return { trials, failedPushes, ...(timeline && { timeline }), ...(judgement && { judgement }) };
}

function workOf(request: RunRequest, deps: RunDeps, where: { folder: string; index: number }): TrialWork {
  return {
    runId: request.id,
    index: where.index,
    scenario: request.scenario,
    trigger: request.trigger,
    folder: where.folder,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    ...(deps.prometheus === undefined ? {} : { prometheusUrl: deps.prometheus.url }),
  };
}

function judgementOf({ outcome, facts, timeline }: TrialResult, request: RunRequest): Judgement | undefined {
  if (outcome.kind !== "completed" || facts === undefined) return undefined;
  return judge({ facts, timeline, objectives: request.scenario.objectives, exitCode: outcome.exitCode });
}

interface Of {
  readonly request: RunRequest;
  readonly index: number;
  readonly judged: Judgement | undefined;
}

function trialOf(spec: TrialSpec, result: TrialResult, { request, index, judged }: Of): Trial {
  const { facts, timeline, outcome, startedAt, endedAt } = result;
  const measured = facts === undefined ? {} : measurementsOf(facts, timeline, request.scenario.objectives);
  const byArm = Object.fromEntries(spec.arms.map((arm) => [arm, judged?.measurements ?? measured]));
  return { index, spec, outcome, byArm, invalid: judged?.invalid ?? [], startedAt, endedAt, ...(facts && { facts }) };
}
