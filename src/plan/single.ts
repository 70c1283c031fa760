import { judgedSecondsOf, type Estimate, type Load, type Plan, type Scenario, type TrialSpec } from "../model/index.ts";

function estimateOf(load: Load): Estimate {
  const judgedSeconds = judgedSecondsOf(load);
  return judgedSeconds === undefined ? { trials: 1 } : { trials: 1, seconds: load.warmup.seconds + judgedSeconds };
}

/** One trial of the scenario as it is, and done: the plan of every run that compares nothing. */
export function singlePlan(
  scenario: Pick<Scenario, "load" | "cache"> & { readonly target: { readonly name: string } },
): Plan {
  const spec: TrialSpec = {
    arms: ["only"],
    pair: 0,
    target: scenario.target.name,
    load: scenario.load,
    cache: scenario.cache ?? "as_is",
  };
  return {
    judgedArm: "only",
    estimate: estimateOf(scenario.load),
    next: (done) => (done.length === 0 ? { kind: "trial", spec } : { kind: "done" }),
  };
}
