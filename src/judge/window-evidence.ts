import type { Objective, TimelinePoint } from "../model/index.ts";
import type { Failures } from "./error-rate.ts";
import { meets } from "./limits.ts";
import { LATENCY_QUANTILES, samplesNeeded } from "./quantiles.ts";

/** Whether an objective held over some window, as far as the evidence goes. */
export type Held = "met" | "missed" | "unsure";

/** Guards floor and ceil against q * n that is off by one rounding error: always towards `unsure`. */
const EPSILON = 1e-9;

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * How many of a period's answers meet a latency limit. The engine interpolates: the quantile q of n answers lies
 * between those of rank q(n-1) rounded down and up. So a quantile that meets the limit proves floor(q(n-1)) + 1
 * answers, one that misses it leaves at most ceil(q(n-1)). Failed answers are among them, but are not judged.
 */
function meetingAnswers({ requests, failed, latency, ofGood }: TimelinePoint, objective: Objective): Bounds {
  const good = requests - failed;
  if (latency === undefined || requests === 0 || objective.comparator.startsWith(">")) return { low: 0, high: good };
  const { min, p50, p90, p95, p99, max } = latency;
  const timed = ofGood === true ? good : requests;
  const inner = [
    [0.5, p50],
    [0.9, p90],
    [0.95, p95],
    [0.99, p99],
  ] as const;
  let low = meets(min, objective) ? 1 : 0;
  let high = meets(max, objective) ? timed : timed - 1;
  if (!meets(min, objective)) high = 0;
  if (meets(max, objective)) low = timed;
  for (const [q, value] of inner) {
    const rank = q * (timed - 1);
    if (meets(value, objective)) low = Math.max(low, Math.floor(rank - EPSILON) + 1);
    else high = Math.min(high, Math.ceil(rank + EPSILON));
  }
  return { low: Math.min(good, Math.max(0, low - (timed - good))), high: Math.max(0, Math.min(good, high)) };
}

/** Sums over all points before each index. */
function cumulate(values: readonly number[]): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}

function between(sums: readonly number[], from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}

/** Answers for the points from..to-1. */
export type Judge = (from: number, to: number) => Held;

function latencyJudge(points: readonly TimelinePoint[], objective: Objective, q: number): Judge {
  const bounds = points.map((point) => meetingAnswers(point, objective));
  const low = cumulate(bounds.map((b) => b.low));
  const high = cumulate(bounds.map((b) => b.high));
  const good = cumulate(points.map(({ requests, failed }) => requests - failed));
  return (from, to) => {
    const samples = between(good, from, to);
    if (samples < samplesNeeded(q) || objective.comparator.startsWith(">")) return "unsure";
    const rank = q * (samples - 1);
    if (between(low, from, to) >= Math.ceil(rank - EPSILON) + 1) return "met";
    return between(high, from, to) <= Math.floor(rank + EPSILON) ? "missed" : "unsure";
  };
}

/** What checks and exceptions spoiled is known for the whole run only: all of it may have happened in this window. */
function errorJudge(points: readonly TimelinePoint[], objective: Objective, failures: Failures): Judge {
  const requests = cumulate(points.map((point) => point.requests));
  const failed = cumulate(points.map((point) => point.failed));
  return (from, to) => {
    const n = between(requests, from, to);
    const f = between(failed, from, to);
    const spoiled = Math.min(n - f, failures.spoiledHigh);
    const low = meets(f / n, objective);
    const high = meets((f + spoiled + failures.withoutRequest) / (n + failures.withoutRequest), objective);
    return low === high ? (low ? "met" : "missed") : "unsure";
  };
}

/** The worst of several answers: one that is missed settles it. */
export function worstHeld(answers: readonly Held[]): Held {
  if (answers.includes("missed")) return "missed";
  return answers.includes("unsure") ? "unsure" : "met";
}

/** One judge over all latency and error objectives. A window without a single answer holds nothing: it is missed. */
export function windowJudge(
  points: readonly TimelinePoint[],
  objectives: readonly Objective[],
  failures: Failures,
): Judge {
  const answers = cumulate(points.map(({ requests }) => requests));
  const judges = objectives.flatMap((objective) => {
    const q = LATENCY_QUANTILES.get(objective.measurement);
    if (q !== undefined) return [latencyJudge(points, objective, q)];
    return objective.measurement === "error_rate" ? [errorJudge(points, objective, failures)] : [];
  });
  return (from, to) =>
    between(answers, from, to) === 0 ? "missed" : worstHeld(judges.map((judge) => judge(from, to)));
}
