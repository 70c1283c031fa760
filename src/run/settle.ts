import { effectiveObjectives, settle } from "../judge/index.ts";
import { reason, type ObjectiveResult, type Reason, type Scenario, type TerminalState } from "../model/index.ts";
import type { Settled } from "./draft.ts";
import type { DoneTrials } from "./trials.ts";

/** What a run is called once its trials are done: objectives are judged on the first one. */
export function settleRun({ trials, judgement, problem }: DoneTrials, scenario: Scenario): Settled {
  const first = trials[0];
  if (first === undefined) return unjudged(problem ?? reason("internal", "The plan asked for no trial."), scenario);
  const settlement = settle(first.outcome, judgement);
  return {
    ...settlement,
    measurements: judgement?.measurements ?? first.byArm.only ?? {},
    objectives: judgement?.objectives ?? notJudged(scenario, settlement.state),
  };
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
