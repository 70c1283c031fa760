import {
  LADDER_MEASUREMENTS,
  levelOf,
  type LadderRecord,
  type LadderStep,
  type Load,
  type Measurements,
  type Objective,
  type Trial,
} from "../model/index.ts";

/** Objectives that each trial is held to: what only the whole ladder tells is no question to one of its steps. */
export function trialObjectives(objectives: readonly Objective[]): readonly Objective[] {
  return objectives.filter(({ measurement }) => !Object.hasOwn(LADDER_MEASUREMENTS, measurement));
}

/** What the trials of a ladder say together; undefined where the load is none. */
export function ladderOf(load: Load, trials: readonly Trial[]): LadderRecord | undefined {
  if (load.stages === null || load.ladder === undefined) return undefined;
  const { levels } = load.ladder;
  const judged = trials.filter(({ outcome }) => outcome.kind === "completed");
  const steps = levels.flatMap((level) => {
    const of = judged.filter((trial) => levelOf(trial.spec.load) === level);
    return of.length === 0 ? [] : [stepOf(level, of)];
  });
  const firstFailing = steps.find(({ result }) => result === "failed")?.level;
  const below = steps.filter(({ level }) => firstFailing === undefined || level < firstFailing);
  const passing = below.findLast(({ result }) => result === "passed")?.level;
  const highest = levels.findLast((level) => firstFailing === undefined || level < firstFailing) ?? 0;
  const above = steps.filter(({ level }) => firstFailing !== undefined && level > firstFailing);
  const known = passing !== undefined || firstFailing !== undefined;
  return {
    unit: "rate" in load ? "1/s" : "count",
    steps,
    ...(known && { max_passing: passing ?? 0 }),
    ...(known && highest !== (passing ?? 0) && { max_passing_at_most: highest }),
    ...(firstFailing === undefined ? {} : { first_failing: firstFailing }),
    monotone: !above.some(({ result }) => result === "passed"),
  };
}

function stepOf(level: number, trials: readonly Trial[]): LadderStep {
  const [first] = trials;
  const verdicts = new Set(trials.map(({ verdict }) => resultOf(verdict)));
  const [only = "unclear"] = verdicts;
  const shown = Object.entries(first?.byArm.only ?? {}).filter(([name]) => SHOWN.has(name));
  const doubt = trials.flatMap(({ invalid }) => invalid)[0];
  const result = verdicts.size === 1 ? only : "unclear";
  const disagree = "Its trials disagree.";
  return {
    level,
    trials: trials.map(({ index }) => index),
    result,
    ...(result !== "unclear" ? {} : { reason: verdicts.size > 1 ? disagree : (doubt?.text ?? "It was not judged.") }),
    measurements: Object.fromEntries(shown),
  };
}

const SHOWN = new Set(
  [
    "latency_p50 latency_p95 latency_p99 ttft_p95 ttft_p99 error_rate goodput throughput dropped_iterations",
    "cpu_cores memory_bytes_peak",
  ].flatMap((names) => names.split(" ")),
);

/** A warning is a limit that was missed. */
function resultOf(verdict: Trial["verdict"]): LadderStep["result"] {
  if (verdict === "pass") return "passed";
  return verdict === "fail" || verdict === "warning" ? "failed" : "unclear";
}

/** As measurements of the run; nothing where no step could be judged. */
export function ladderMeasurements(ladder: LadderRecord): Measurements {
  const { unit, steps, max_passing: value, max_passing_at_most: high, first_failing: failing } = ladder;
  const [name, samples] = [unit === "1/s" ? "rate" : "users", steps.length];
  const range = value === undefined || high === undefined ? {} : { low: value, high };
  return {
    ...(value !== undefined && { [`max_passing_${name}`]: { value, unit, samples, ...range } }),
    ...(failing !== undefined && { [`first_failing_${name}`]: { value: failing, unit, samples } }),
  };
}
