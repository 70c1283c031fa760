import type { Plan, Scenario } from "../model/index.ts";
import { ladderPlan } from "./ladder.ts";
import { singlePlan } from "./single.ts";

/** Which trials a run of this scenario takes. */
export function planFor(
  scenario: Pick<Scenario, "load" | "cache"> & { readonly target: { readonly name: string } },
): Plan {
  const { load } = scenario;
  return load.stages === null || load.ladder === undefined ? singlePlan(scenario) : ladderPlan(scenario, load.ladder);
}
