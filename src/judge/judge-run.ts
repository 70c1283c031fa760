import {
  LADDER_MEASUREMENTS,
  reason,
  VERDICTS,
  type LadderRecord,
  type ObjectiveResult,
  type Scenario,
  type Trial,
  type Verdict,
} from "../model/index.ts";
import { ladderMeasurements, ladderOf } from "./ladder.ts";
import { judgeObjective } from "./objectives.ts";
import type { Judgement } from "./verdict.ts";

export interface RunJudgement extends Judgement {
  readonly ladder?: LadderRecord;
}

/**
 * What a run's trials mean together. Of a single trial: what that says. Of a ladder: objectives on its results judge
 * the run; without one, its lowest step does.
 * @param first what the first trial came to
 */
export function judgeRun(
  first: Judgement,
  trials: readonly Trial[],
  { load, objectives }: Pick<Scenario, "load" | "objectives">,
): RunJudgement {
  const ladder = ladderOf(load, trials);
  if (ladder === undefined) return first;
  const measurements = { ...first.measurements, ...ladderMeasurements(ladder) };
  const asked = objectives.filter(({ measurement }) => Object.hasOwn(LADDER_MEASUREMENTS, measurement));
  if (asked.length === 0) return { ...first, measurements, ladder };
  const absence = ladder.steps.find(({ result }) => result === "unclear")?.reason ?? "no step of the ladder was judged";
  const results = asked.map((objective) => judgeObjective(objective, measurements[objective.measurement], absence));
  const verdict = worstOf(results);
  const why = results.find((result) => result.verdict === "invalid")?.reason;
  return {
    ...{ measurements, verdict, objectives: results, invalid: first.invalid, ladder },
    reason: why === undefined || verdict !== "invalid" ? null : reason("not_measured", why),
  };
}

/** A certain failure decides; then what could not be judged. */
function worstOf(results: readonly ObjectiveResult[]): Verdict {
  const order: readonly Verdict[] = ["fail", "invalid", "warning", "pass"];
  return order.find((verdict) => results.some((result) => result.verdict === verdict)) ?? VERDICTS[0];
}
