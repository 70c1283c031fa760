import { isOpen, judgedSecondsOf, type Load, type Objective, type OpenLoad } from "../../model/index.ts";
import { arrivalPlan, type ArrivalPlan } from "../../workload/arrivals.ts";
import { LIMITED, type AnswerLimit, type AnswerLimits } from "./limits.ts";
import { GRACEFUL_STOP_SECONDS } from "./graceful-stop.ts";
import type { PacingConfig } from "./pacing.ts";

/** How long arrivals that found no free user may still begin after the load's end; each may then take as long again. */
export const DRAIN_SECONDS = GRACEFUL_STOP_SECONDS;

export interface PreparedArrivals {
  readonly plan: ArrivalPlan;
  /** Where the table of Poisson arrivals lies; absent: they come evenly. */
  readonly blocksFile?: string;
}

/** Undefined: the load is closed. */
export function arrivalsOf(load: Load, blocksFile: string): PreparedArrivals | undefined {
  if (!isOpen(load)) return undefined;
  const plan = arrivalPlan(load);
  return plan.blocks.length === 0 ? { plan } : { plan, blocksFile };
}

export function pacingOf({ plan, blocksFile }: PreparedArrivals): PacingConfig {
  const { pieces, seed, total } = plan;
  return { pieces, seed, total, ...(blocksFile === undefined ? {} : { blocksFile }) };
}

/**
 * k6's scenario of an open load: each user takes the next arrival and sleeps until it is due, so that one mechanism
 * serves constant and Poisson arrivals, late ones begin late instead of never, and nobody is left out unseen
 * (docs/decisions/0075).
 */
export function openScenario(load: OpenLoad, { plan }: PreparedArrivals): Readonly<Record<string, unknown>> {
  const seconds = load.warmup.seconds + (judgedSecondsOf(load) ?? 0);
  const iterations = Math.max(1, plan.total);
  return {
    executor: "shared-iterations",
    vus: Math.min(load.users, iterations),
    iterations,
    maxDuration: `${String(Math.ceil((seconds + DRAIN_SECONDS) * 1000))}ms`,
    gracefulStop: `${String(GRACEFUL_STOP_SECONDS)}s`,
    exec: "default",
  };
}

const QUANTILE_OF_MANY = /^(latency|ttft|first_byte|tpot)_p(95|99)$/;

/** What goodput holds single answers to: the strictest limit on P95 and P99 of each time (src/model/measurement.ts). */
export function answerLimits(objectives: readonly Objective[]): AnswerLimits {
  const limits: Partial<Record<(typeof LIMITED)[number], AnswerLimit>> = {};
  for (const { measurement, comparator, limit } of objectives) {
    const name = LIMITED.find((one) => one === QUANTILE_OF_MANY.exec(measurement)?.[1]);
    if (name === undefined || comparator.startsWith(">")) continue;
    const wanted = { ms: limit * 1000, inclusive: comparator === "<=" };
    const known = limits[name];
    if (known === undefined || wanted.ms < known.ms || (wanted.ms === known.ms && !wanted.inclusive))
      limits[name] = wanted;
  }
  return limits;
}

/** Does anybody ask how many requests met all limits? Counting it costs every request a look at its times. */
export function countsGoodput(objectives: readonly Objective[], load: Load): boolean {
  const asked = objectives.some(({ measurement }) => measurement === "goodput");
  const ladder = load.pattern === "stress" || load.pattern === "breakpoint";
  return asked || (ladder && Object.keys(answerLimits(objectives)).length > 0);
}
