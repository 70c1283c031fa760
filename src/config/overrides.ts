import {
  isOpen,
  judgedSecondsOf,
  PATTERN_NAMES,
  type ClosedLoad,
  type Config,
  type Load,
  type OpenLoad,
  type PatternName,
  type Scenario,
  type Target,
} from "../model/index.ts";
import { defaultWarmupSeconds, loadFor, type LoadRequest } from "../workload/patterns.ts";
import { defaultStep } from "../workload/levels.ts";
import { unfitForLoad } from "./measurable-loads.ts";
import { tooShort, unmeasurable, unsourced } from "./measurable.ts";
import { quote } from "./quantity.ts";
import { hint } from "./suggest.ts";

/** What `-u`, `-d`, `--pattern` and `--target` say; the rest stays as configured. */
export interface Overrides {
  readonly users?: number;
  readonly durationSeconds?: number;
  readonly pattern?: string;
  readonly target?: string;
}

export type OverrideResult = { readonly scenario: Scenario } | { readonly problems: readonly string[] };

/** A scenario as the command line wants it for this once, or every reason why that cannot be. */
export function withOverrides(scenario: Scenario, config: Config, overrides: Overrides): OverrideResult {
  const target = targetFor(scenario, config, overrides.target);
  const load = overriddenLoad(scenario.load, overrides);
  const problems = [target, load].flatMap((part) => ("problem" in part ? [part.problem] : []));
  if ("problem" in target || "problem" in load) return { problems };
  const impossible = [
    ...scenario.objectives.map((objective) => {
      const problem =
        unmeasurable(objective, load.load) ??
        unfitForLoad(objective, load.load, scenario.objectives) ??
        unsourced(objective, target.target);
      return problem === undefined ? undefined : `${objective.measurement}: ${problem}`;
    }),
    tooShort(scenario.maxSeconds, load.load),
  ].filter((problem) => problem !== undefined);
  if (impossible.length > 0) return { problems: impossible.map((text) => `scenario ${scenario.name}: ${text}`) };
  return { scenario: Object.freeze({ ...scenario, target: target.target, load: load.load }) };
}

function targetFor(
  scenario: Scenario,
  config: Config,
  name: string | undefined,
): { readonly target: Target } | { readonly problem: string } {
  if (name === undefined) return { target: scenario.target };
  const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined;
  if (target !== undefined) return { target };
  return { problem: `unknown target ${quote(name)}${hint(name, Object.keys(config.targets), "targets")}` };
}

function overriddenLoad(load: Load, { users, durationSeconds, pattern }: Overrides) {
  if (users === undefined && durationSeconds === undefined && pattern === undefined) return { load };
  const name = PATTERN_NAMES.find((known) => known === (pattern ?? load.pattern));
  if (name === undefined) {
    return { problem: `unknown pattern ${quote(pattern ?? "")}${hint(pattern ?? "", PATTERN_NAMES, "patterns")}` };
  }
  if (users !== undefined && isOpen(load) && name === load.pattern)
    return {
      problem: `the load is arrivals at a rate (${load.rate}/s), which ${users} users would not change: change its rate in the configuration, or choose another pattern`,
    };
  const kept: LoadRequest = name === load.pattern ? requestOf(load) : { pattern: name };
  // A warm-up that merely followed from the duration follows the new one.
  const { warmupSeconds, ...shape } = kept;
  const keepWarmup = warmupSeconds !== undefined && (durationSeconds === undefined || !isDefaultWarmup(load));
  return loadFor({
    ...shape,
    ...(users === undefined ? {} : { users }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(keepWarmup ? { warmupSeconds } : {}),
  });
}

function requestOf(load: Load): LoadRequest {
  const name: PatternName = load.pattern;
  if (load.stages === null) return { pattern: name };
  const durationSeconds = judgedSecondsOf(load) ?? 0;
  const { users } = load;
  const length = { durationSeconds, warmupSeconds: load.warmup.seconds };
  const open = isOpen(load) ? { rate: load.rate, arrivals: load.arrivals, seed: load.seed } : {};
  return { pattern: name, users, ...length, ...open, ...rungsOf(load) };
}

/** Where a ladder begins and how it rises; nothing where that merely follows from its top. */
function rungsOf(load: ClosedLoad | OpenLoad): Pick<LoadRequest, "from" | "step"> {
  const [from, second = from] = load.ladder?.levels ?? [];
  if (from === undefined || second === undefined) return {};
  const usual = defaultStep(isOpen(load) ? load.rate : load.users, !isOpen(load));
  const step = Number((second - from).toPrecision(12));
  return from === usual && (step === usual || step === 0) ? {} : { from, ...(step > 0 && { step }) };
}

function isDefaultWarmup(load: Load): boolean {
  const judged = judgedSecondsOf(load);
  return judged !== undefined && load.warmup.seconds === defaultWarmupSeconds(judged);
}
