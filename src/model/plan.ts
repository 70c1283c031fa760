import type { Reason } from "./reason.ts";
import type { Arm, Trial, TrialSpec } from "./trial.ts";

export type Step =
  { readonly kind: "trial"; readonly spec: TrialSpec } | { readonly kind: "done"; readonly reason?: Reason };

export interface Estimate {
  readonly trials: number;
  /** Undefined where the script decides how long it lasts. */
  readonly seconds?: number;
}

/** Earlier judged runs of the same scenario, newest first; empty until runs are compared. */
export type History = readonly never[];

/** Decides from the trials done which comes next, or that it is done: pure, so that a run can be replayed. */
export interface Plan {
  readonly judgedArm: Arm;
  readonly estimate: Estimate;
  next(done: readonly Trial[], history: History): Step;
}
