import {
  formatCount,
  formatLimit,
  reason,
  type LoadFacts,
  type Measurement,
  type Objective,
  type Reason,
} from "../model/index.ts";
import { verdictAt } from "./limits.ts";
import { unansweredOf } from "./open-load.ts";

/** How many requests failed, as far as the engine's counts can tell. */
export interface Failures {
  /** Requests, with one more for each exception that came without any. */
  readonly total: number;
  readonly failedLow: number;
  readonly failedHigh: number;
  /** Exceptions without a request, and arrivals without an answer: in `total` and in both bounds. */
  readonly withoutRequest: number;
  /** Of them, those that certainly were. */
  readonly spoiledLow: number;
  /** Good answers by status that may have been spoiled by a check or an exception, at most. */
  readonly spoiledHigh: number;
}

/**
 * A failed request: transport error, wrong status, a failed check of that answer, or an exception. The engine counts
 * failed checks, not spoiled answers: F failed checks of D names, each failing at most once an answer, spoil between
 * ceil(F/D) and F good answers; E exceptions after a good answer spoil E, perhaps the same ones. An arrival of an open
 * load that never began or was cut off is a failed request without an answer. Requests that the engine could not make
 * for want of something on its own side are no failures of the target, and some of them may be from before the window.
 */
export function failuresOf(facts: LoadFacts): Failures {
  const { requests, checks, exceptions } = facts;
  const good = requests.count - requests.failed;
  // An exception can follow an answer that is not counted here (begun in the warm-up): it then stands alone.
  const spoiledByException = Math.min(exceptions.afterGood, good);
  const withoutRequest = exceptions.withoutRequest + exceptions.afterGood - spoiledByException + unansweredOf(facts);
  const byChecks =
    checks.perAnswer > 0 ? Math.ceil(checks.failedOnGood / checks.perAnswer) : Math.min(checks.failedOnGood, 1);
  const spoiledLow = Math.min(Math.max(byChecks, spoiledByException), good);
  const spoiledHigh = Math.min(checks.failedOnGood + spoiledByException + checks.mixed, good);
  const certain = certainlyFailed(facts) + withoutRequest;
  return {
    total: requests.count + withoutRequest,
    failedLow: certain + spoiledLow,
    failedHigh: requests.failed + withoutRequest + Math.max(spoiledHigh, spoiledLow),
    withoutRequest,
    spoiledLow,
    spoiledHigh: Math.max(spoiledHigh, spoiledLow),
  };
}

/**
 * Of a flood of lines the engine's log may lack some: where what it could not make itself is half of what failed or
 * more, the rest may be of that kind too.
 */
function certainlyFailed({ requests: { failed }, shortage, stream }: LoadFacts): number {
  // An exchange that could not be made is lost, and counts nowhere.
  const notMade = stream === undefined ? (shortage?.requests ?? 0) : 0;
  return notMade * 2 >= failed ? 0 : failed - notMade;
}

/** Undefined when nothing was asked and nothing was thrown. The value is the high end where there is an interval. */
export function errorRateOf(facts: LoadFacts): Measurement | undefined {
  const { total, failedLow, failedHigh } = failuresOf(facts);
  if (total === 0) return undefined;
  const point = { value: failedHigh / total, unit: "ratio", samples: total } as const;
  return failedLow === failedHigh ? point : { ...point, low: failedLow / total, high: failedHigh / total };
}

/** A limit of 0 allows nothing, however many are asked: it needs as many as the usual one. */
const NEEDED_AT_ZERO = 100;

/** So many that one failure among them is no more than the limit: fewer that all were good say nothing of it. */
function requestsNeeded({ limit }: Objective): number {
  return limit > 0 ? Math.ceil(1 / limit - 1e-9) : NEEDED_AT_ZERO;
}

/** Why the error rate is not measured although something was asked: too little, and what failed is not enough to fail. */
export function tooFewRequests(objective: Objective, facts: LoadFacts): Reason | undefined {
  if (objective.measurement !== "error_rate" || objective.comparator.startsWith(">")) return undefined;
  const { total, failedLow } = failuresOf(facts);
  const needed = requestsNeeded(objective);
  if (total === 0 || total >= needed || verdictAt(failedLow / total, objective, "ratio") === "fail") return undefined;
  const limit = formatLimit(objective.limit, "ratio");
  const text = `only ${formatCount(total)} of the ${formatCount(needed)} requests that a limit of ${limit} needs`;
  return reason("too_few_samples", text);
}
