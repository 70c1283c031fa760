import { settle } from "../judge/index.ts";
import { reason, type Reason } from "../model/index.ts";
import type { Settled } from "./draft.ts";
import type { DoneTrials } from "./trials.ts";

/** What a run is called once its trials are done: objectives are judged on the first one. */
export function settleRun({ trials, judgement, problem }: DoneTrials): Settled {
  const first = trials[0];
  if (first === undefined) return unjudged(problem ?? reason("internal", "The plan asked for no trial."));
  return {
    ...settle(first.outcome, judgement),
    measurements: judgement?.measurements ?? first.byArm.only ?? {},
    objectives: judgement?.objectives ?? [],
  };
}

/** A run that never came to its load. */
export function unjudged(why: Reason): Settled {
  return { state: "error", verdict: null, reason: why, measurements: {}, objectives: [] };
}
