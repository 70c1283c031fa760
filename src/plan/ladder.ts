import {
  judgedSecondsOf,
  levelOf,
  loadAt,
  mostTrialsOf,
  type Ladder,
  type Plan,
  type Scenario,
  type Step,
  type Trial,
} from "../model/index.ts";

/** A load generator at its limit makes no higher load: going on would only measure itself. */
const AT_ITS_LIMIT = new Set(["generator_saturated", "probe_saturated", "iterations_dropped"]);

/**
 * One trial a level, from the lowest up. `stress` goes on to the top; `breakpoint` tries a level that failed once more,
 * so that one bad minute is no breaking point, and stops when it failed twice. Both stop where the load generator is
 * at its limit. Replayable: what comes next follows from the trials done alone.
 */
export function ladderPlan(
  { load, target, cache = "as_is" }: Pick<Scenario, "load" | "cache"> & { readonly target: { readonly name: string } },
  { levels }: Ladder,
): Plan {
  const trials = mostTrialsOf(load);
  const trialAt = (level: number): Step => ({
    kind: "trial",
    spec: { arms: ["only"], pair: 0, target: target.name, load: loadAt(load, level), cache },
  });
  return {
    judgedArm: "only",
    estimate: { trials, seconds: trials * (load.warmup.seconds + (judgedSecondsOf(load) ?? 0)) },
    next: (done) => {
      const last = done.at(-1);
      if (last === undefined) return trialAt(levels[0] ?? 1);
      const level = levelOf(last.spec.load);
      if (last.invalid.some(({ code }) => AT_ITS_LIMIT.has(code))) return { kind: "done" };
      if (load.pattern === "breakpoint" && hasFailed(last) && level !== undefined) {
        const tries = done.filter((trial) => levelOf(trial.spec.load) === level);
        if (tries.length === 1) return trialAt(level);
        if (tries.every(hasFailed)) return { kind: "done" };
      }
      const next = levels.find((one) => one > (level ?? Infinity));
      return next === undefined ? { kind: "done" } : trialAt(next);
    },
  };
}

function hasFailed({ verdict }: Trial): boolean {
  return verdict === "fail" || verdict === "warning";
}
