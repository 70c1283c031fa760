import { effectiveObjectives, judgeRun, settle, type RunJudgement, type Settlement } from "../judge/index.ts";
import { reason, type ObjectiveResult, type Reason, type Scenario, type TerminalState } from "../model/index.ts";
import type { Settled } from "./draft.ts";
import type { DoneTrials } from "./trials.ts";

/** What a run is called once its trials are done: any that ended badly ends the run so, else they are judged. */
export function settleRun({ trials, judgement, problem }: DoneTrials, scenario: Scenario): Settled {
  const first = trials[0];
  if (first === undefined) return unjudged(problem ?? reason("internal", "The plan asked for no trial."), scenario);
  const ended = trials.find(({ outcome }) => outcome.kind !== "completed") ?? first;
  const judged = judgement && judgeRun(judgement, trials, scenario);
  const settlement = settle(ended.outcome, judged);
  return {
    ...settlement,
    measurements: judged?.measurements ?? first.byArm.only ?? {},
    objectives: objectivesOf(settlement, judged, scenario),
    ...(judged?.ladder && { ladder: judged.ladder }),
  };
}

/** Of a run that has no verdict none is told, whatever its first trial said. */
function objectivesOf(
  { state }: Settlement,
  judged: RunJudgement | undefined,
  scenario: Scenario,
): readonly ObjectiveResult[] {
  return state === "finished" && judged ? judged.objectives : notJudged(scenario, state);
}

/** A run that never came to its load, or whose load tells nothing. */
export function unjudged(why: Reason, scenario: Objectives, state: NoVerdict = "error"): Settled {
  return { state, verdict: null, reason: why, measurements: {}, objectives: notJudged(scenario, state) };
}

type Objectives = Pick<Scenario, "objectives">;
type NoVerdict = Exclude<TerminalState, "finished">;

/** What the run was to be held to, so that its page can show it: without a value, and never met. */
function notJudged(scenario: Objectives, state: string): readonly ObjectiveResult[] {
  return effectiveObjectives(scenario.objectives).map(({ measurement, condition, limit }) => ({
    measurement,
    condition,
    limit,
    verdict: "invalid",
    reason: `Not judged: the run's state is ${state}.`,
  }));
}
