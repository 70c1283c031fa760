import {
  levelOf,
  type Reason,
  type ResourceSeries,
  type TargetWatch,
  type Timeline,
  type Trial,
  type TrialResult,
  type TrialsSoFar,
  type TrialSpec,
  type TrialWork,
} from "../model/index.ts";
import { judge, ladderOf, measurementsOf, trialObjectives, type Judgement } from "../judge/index.ts";
import { trialRecord, type RunRequest } from "./draft.ts";
import type { RunDeps } from "./deps.ts";
import { promptsOf, type RunPrompts } from "./prompts.ts";
import { workloadOf, type ToldWorkload } from "./workload.ts";
import { watchedOf, whileWatched, type Watched } from "./watching.ts";

/** Of the first trial: the one whose objectives are judged. */
interface FirstTrial {
  readonly timeline?: Timeline;
  /** Its target's system meanwhile. */
  readonly watched?: Watched;
  /** What was said, and what a cache knew of it. */
  readonly workload?: ToldWorkload;
  /** If it left what can be judged. */
  readonly judgement?: Judgement;
}

export interface DoneTrials extends FirstTrial {
  readonly trials: readonly Trial[];
  /** Of each trial its target's curves and what of them was judged, where both are known. */
  readonly curves?: readonly (TrialCurves | undefined)[];
  readonly failedPushes: number;
  /** Why there was no trial to begin with. */
  readonly problem?: Reason;
}

export type TrialCurves = ResourceSeries & Pick<Timeline, "judged">;

/** Runs trials for as long as the plan asks for more and none has ended badly. */
export async function runTrials(
  request: RunRequest,
  deps: RunDeps,
  { folder, sources }: { readonly folder: string; readonly sources: TargetWatch },
): Promise<DoneTrials> {
  const said = await promptsOf(request.scenario, deps);
  if ("problem" in said) return { trials: [], failedPushes: 0, problem: said.problem };
  const { prompts } = said;
  const trials: Trial[] = [];
  let first: FirstTrial | undefined;
  const curves: (TrialCurves | undefined)[] = [];
  let failedPushes = 0;
  for (;;) {
    const step = deps.plan.next(trials, []);
    if (step.kind === "done") break;
    if (trials.length > 0) await deps.records.saveTrials(request.id, soFarOf(trials, request));
    const work = workOf(request, deps, { folder, index: trials.length, spec: step.spec, prompts });
    const { result, sampled } = await whileWatched(sources, deps, () => makeLoad(work, request, deps));
    const seen = watchedOf(sampled, result, work.scenario);
    const told = workloadOf(work.scenario, prompts, result.facts);
    const judged = judgementOf(result, request, { watched: seen, doubts: told?.doubt ? [told.doubt] : [] });
    trials.push(trialOf(step.spec, result, { request, index: trials.length, judged }));
    curves.push(curvesOf(seen, result));
    const { timeline } = result;
    first ??= {
      ...{ ...(timeline && { timeline }), ...(seen && { watched: seen }) },
      ...{ ...(told && { workload: told }), ...(judged && { judgement: judged }) },
    };
    failedPushes += result.failedPushes;
    if (result.outcome.kind !== "completed") break;
  }
  return { trials, curves, failedPushes, ...first };
}

function soFarOf(trials: readonly Trial[], { scenario }: RunRequest): TrialsSoFar {
  const ladder = ladderOf(scenario.load, trials);
  return { trials: trials.map(trialRecord), ...(ladder && { ladder }) };
}

function curvesOf(seen: Watched | undefined, { timeline }: TrialResult): TrialCurves | undefined {
  if (seen?.series === undefined || timeline === undefined) return undefined;
  return { ...seen.series, judged: timeline.judged };
}

interface Where {
  readonly folder: string;
  readonly index: number;
  readonly spec: TrialSpec;
  readonly prompts: RunPrompts | undefined;
}

function workOf(request: RunRequest, deps: RunDeps, where: Where): TrialWork {
  return {
    runId: request.id,
    index: where.index,
    scenario: { ...request.scenario, load: where.spec.load },
    trigger: request.trigger,
    folder: where.folder,
    cache: where.spec.cache,
    ...(where.prompts && { prompts: where.prompts.list }),
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    ...(deps.prometheus === undefined ? {} : { prometheusUrl: deps.prometheus.url }),
  };
}

/** Each trial of a ladder begins its seconds anew: whoever watches is told which step it is. */
async function makeLoad(work: TrialWork, { scenario: { load } }: RunRequest, deps: RunDeps): Promise<TrialResult> {
  const levels = (load.stages === null ? undefined : load.ladder?.levels) ?? [];
  const number = levels.indexOf(levelOf(work.scenario.load) ?? NaN) + 1;
  if (number === 0) return await deps.engine.run(work, deps);
  const { stop, kill } = deps;
  const step = { number, of: levels.length };
  return await deps.engine.run(work, {
    ...{ stop, kill },
    onProgress: (progress) => deps.onProgress({ ...progress, step }),
  });
}

function judgementOf(
  { outcome, facts, timeline, observed }: TrialResult,
  request: RunRequest,
  { watched, doubts }: { readonly watched: Watched | undefined; readonly doubts: readonly Reason[] },
): Judgement | undefined {
  if (outcome.kind !== "completed" || facts === undefined) return undefined;
  const objectives = trialObjectives(request.scenario.objectives);
  return judge({
    facts,
    timeline,
    observed,
    objectives,
    doubts,
    exitCode: outcome.exitCode,
    ...(watched && { watched }),
  });
}

interface Of {
  readonly request: RunRequest;
  readonly index: number;
  readonly judged: Judgement | undefined;
}

function trialOf(spec: TrialSpec, result: TrialResult, { request, index, judged }: Of): Trial {
  const { facts, timeline, outcome, startedAt, endedAt, observed } = result;
  const measured = facts === undefined ? {} : measurementsOf(facts, timeline, request.scenario.objectives);
  const byArm = Object.fromEntries(spec.arms.map((arm) => [arm, judged?.measurements ?? measured]));
  const known = { ...(facts && { facts }), ...(observed && { observed }) };
  const verdict = judged && { verdict: judged.verdict };
  return { index, spec, outcome, byArm, invalid: judged?.invalid ?? [], ...verdict, startedAt, endedAt, ...known };
}
