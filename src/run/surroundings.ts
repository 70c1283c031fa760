import {
  reason,
  type Finding,
  type Reason,
  type Scenario,
  type Surroundings,
  type SurveyRequest,
} from "../model/index.ts";
import type { RunDeps } from "./deps.ts";
import type { Settled } from "./draft.ts";
import { messageOf } from "./reach.ts";
import { unjudged } from "./settle.ts";

/** Looks around before the load; a check of ours that fails must not cost a run that does not depend on it. */
export async function surroundingsOf(
  request: SurveyRequest,
  { survey }: Pick<RunDeps, "survey">,
): Promise<Surroundings> {
  return await survey(request).catch((error: unknown) => ({
    environment: {},
    findings: [{ check: "isolation", result: "note", text: `The surroundings were not checked: ${messageOf(error)}` }],
  }));
}

/** How a run ends that its scenario allows only in a sound environment; undefined: it may begin. */
export function refusalOf(scenario: Scenario, findings: readonly Finding[]): Settled | undefined {
  if (scenario.environment !== "strict") return undefined;
  const violations = findings.filter(({ result }) => result === "violation");
  if (violations.length === 0) return undefined;
  return { ...unjudged(violationReason(violations), scenario), state: "finished", verdict: "invalid" };
}

function violationReason(violations: readonly Finding[]): Reason {
  const texts = violations.map(({ text }) => text).join(" ");
  const text = `No load was made: the scenario asks for a strict environment, and this one is not what benchmarks are to be run on. ${texts}`;
  return reason("environment_violation", text);
}
