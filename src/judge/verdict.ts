import {
  formatCount,
  type LoadFacts,
  type Measurements,
  type Objective,
  type ObjectiveResult,
  type Observed,
  type Reason,
  type Resources,
  reason,
  type Timeline,
  type Verdict,
} from "../model/index.ts";
import { absenceOf } from "./absence.ts";
import { firstComplaint, withoutStop } from "./complaints.ts";
import { failuresOf } from "./error-rate.ts";
import { effectiveObjectives, measurementsOf } from "./measure.ts";
import { generatorSaturated } from "./generator.ts";
import { iterationsDropped, withoutDropped } from "./open-load.ts";
import { judgeObjective } from "./objectives.ts";
import { resourceAbsence } from "./resource-measurements.ts";
import { judgeThreshold } from "./thresholds.ts";
import { doubtsOf, type Doubts } from "./validity.ts";
import { neverAnswered } from "./waiting.ts";

export interface JudgeInput {
  readonly facts: LoadFacts;
  readonly timeline?: Timeline | undefined;
  /** The scenario's; `error_rate < 1%` is added where none of them is on errors. */
  readonly objectives: readonly Objective[];
  /** How the engine ended: 99 says that a threshold was crossed. */
  readonly exitCode: 0 | 99;
  /** What else speaks against the trial: it cannot be passed with them. */
  readonly doubts?: readonly Reason[];
  /** What was seen of the load generator and the clocks meanwhile. */
  readonly observed?: Observed | undefined;
  /** What was read of the target's system, and what that measures. */
  readonly watched?: { readonly resources: Resources; readonly measurements: Measurements };
}

export interface Judgement {
  readonly measurements: Measurements;
  readonly verdict: Verdict;
  readonly objectives: readonly ObjectiveResult[];
  /** Everything that could not be judged, also where the verdict is a certain `fail`. */
  readonly invalid: readonly Reason[];
  /** Why nothing could be judged, or that the target failed altogether; null where the objectives say it all. */
  readonly reason: Reason | null;
}

interface Judged {
  readonly result: ObjectiveResult;
  /** Given when the verdict is `invalid`. */
  readonly doubt?: Reason;
}

function judgeOne(objective: Objective, measurements: Measurements, { facts, timeline, watched }: JudgeInput): Judged {
  const { measurement } = objective;
  const measured = Object.hasOwn(measurements, measurement) ? measurements[measurement] : undefined;
  if (measured === undefined) {
    const absence = resourceAbsence(measurement, watched?.resources) ?? absenceOf(objective, facts, timeline);
    const doubt = reason(absence.code, `${measurement} was not measured: ${absence.text}.`);
    return { result: judgeObjective(objective, undefined, absence.text), doubt };
  }
  const judged = judgeObjective(objective, measured);
  const result = measurement === "error_rate" ? withComplaint(judged, facts) : judged;
  if (result.verdict !== "invalid") return { result };
  const code = measurement === "error_rate" ? "error_rate_ambiguous" : "not_measured";
  return { result, doubt: reason(code, `${measurement} ${objective.condition}: ${result.reason}`) };
}

/** Who reads that too many failed asks why. */
function withComplaint(result: ObjectiveResult, facts: LoadFacts): ObjectiveResult {
  const why = firstComplaint(facts);
  return why === "" || result.verdict === "pass" ? result : { ...result, reason: withoutStop(result.reason) + why };
}

function judgeThresholds({ thresholds }: LoadFacts): readonly Judged[] {
  return thresholds.map((threshold) => {
    const result = judgeThreshold(threshold);
    if (result.verdict !== "invalid") return { result };
    const text = `Threshold ${threshold.metric} ${threshold.expression}: ${result.reason}.`;
    return { result, doubt: reason("threshold_without_data", text) };
  });
}

/** The target answered nothing, or only errors: for certain, not merely at the high end of an interval. */
function targetFailed(facts: LoadFacts, timeline: Timeline | undefined): Reason | undefined {
  const { total, failedLow, withoutRequest } = failuresOf(facts);
  if (total === 0) return neverAnswered(facts, timeline);
  if (failedLow < total) return undefined;
  if (facts.requests.count === 0) {
    return reason(
      "target_failed",
      `Nothing was answered: the script threw ${formatCount(withoutRequest)} times before any request ended.`,
    );
  }
  const all = `The target answered nothing but errors: all ${formatCount(total)} requests failed`;
  return reason("target_failed", `${all}${firstComplaint(facts)}.`);
}

/** An answer that failed has failed, however late it was counted. */
function isCountedFailure({ measurement, verdict }: ObjectiveResult): boolean {
  return measurement === "error_rate" && verdict === "fail";
}

/** A certain failure decides; then what could not be judged; then the worst of what was. See docs/decisions/0011. */
function worst(objectives: readonly ObjectiveResult[], doubts: Doubts): Verdict {
  const verdicts = new Set(objectives.map(({ verdict }) => verdict));
  if (doubts.void.length > 0) return "invalid";
  if (doubts.timing.length > 0) return objectives.some(isCountedFailure) ? "fail" : "invalid";
  if (verdicts.has("fail")) return "fail";
  if (doubts.partial.length > 0 || verdicts.has("invalid")) return "invalid";
  return verdicts.has("warning") ? "warning" : "pass";
}

/** Judges one completed trial; pure. Never `pass` or `warning` unless every objective was measured. */
export function judge(input: JudgeInput): Judgement {
  const { timeline, exitCode } = input;
  const dropped = iterationsDropped(input.facts, generatorSaturated(input.observed, input.facts) !== undefined);
  const facts = dropped === undefined ? input.facts : withoutDropped(input.facts);
  const restarted = input.watched?.resources.restarted;
  const effective = effectiveObjectives(input.objectives);
  const found = doubtsOf(facts, { timeline, exitCode, objectives: effective, observed: input.observed, restarted });
  const doubts = {
    ...found,
    partial: [...found.partial, ...(input.doubts ?? [])],
    timing: [...found.timing, ...(dropped ? [dropped] : [])],
  };
  const measurements = { ...measurementsOf(facts, timeline, input.objectives), ...input.watched?.measurements };
  const judged = effective.map((objective) => judgeOne(objective, measurements, { ...input, facts }));
  const all = [...judged, ...judgeThresholds(facts)];
  const objectives = all.map(({ result }) => result);
  const invalid = [
    ...doubts.void,
    ...doubts.timing,
    ...doubts.partial,
    ...all.flatMap(({ doubt }) => (doubt ? [doubt] : [])),
  ];
  const dead = doubts.void.length === 0 ? targetFailed(facts, timeline) : undefined;
  const verdict = dead === undefined ? worst(objectives, doubts) : "fail";
  const why = verdict === "invalid" ? invalid[0] : dead;
  return { measurements, verdict, objectives, invalid, reason: why ?? null };
}
