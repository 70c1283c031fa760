import type { LoadFacts, Measurement, Measurements, Objective, Timeline, TimelinePoint } from "../model/index.ts";
import { failuresOf } from "./error-rate.ts";
import { meets } from "./limits.ts";
import { LATENCY_QUANTILES } from "./quantiles.ts";
import { hangsOf, isUsable, judgedPoints, type Silence } from "./silence.ts";
import { waitedInVain } from "./waiting.ts";
import { type Held, type Judge, windowJudge, worstHeld } from "./window-evidence.ts";

/** Users count as held after this long, or after the whole judged window if it is shorter. */
const HELD_SECONDS = 60;
const EPSILON = 1e-6;
/** Some users waited for what failed, nobody knows when. */
const ALL_THE_TIME: Silence = { from: -Infinity, to: Infinity, last: false };

interface Users {
  /** Held for certain. */
  readonly low: number;
  /** Held if every window that could not be told was met. */
  readonly high: number;
}

function isJudgedHere({ measurement }: Objective): boolean {
  return measurement === "error_rate" || LATENCY_QUANTILES.has(measurement);
}

/** The whole judged window, by the engine's exact figures. */
function heldOverall(measured: Measurements, objectives: readonly Objective[]): Held {
  return worstHeld(
    objectives.map((objective) => {
      const m = measured[objective.measurement];
      if (m === undefined) return "unsure";
      const low = meets(m.low ?? m.value, objective);
      return low === meets(m.high ?? m.value, objective) ? (low ? "met" : "missed") : "unsure";
    }),
  );
}

/** Fewest users over the judged window, or undefined when the timeline does not cover it. */
function fewestUsers({ judged, points }: Timeline): number | undefined {
  const inside = points.filter(({ at }) => at > judged.from + EPSILON && at <= judged.to + EPSILON);
  const covered = inside.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = inside.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  if (inside.length === 0 || covered < judged.to - judged.from - 2 * longest - EPSILON) return undefined;
  return inside.reduce((fewest, { users }) => Math.min(fewest, users), Infinity);
}

/** Windows of 60 to 120 s of unbroken periods: any longer stretch is judged by its parts. */
function slide(points: readonly TimelinePoint[], judge: Judge): Users {
  let [low, high] = [0, 0];
  points.forEach((first, from) => {
    const start = first.at - first.seconds;
    let [fewest, end] = [Infinity, start];
    for (let to = from; to < points.length; to += 1) {
      const point = points[to];
      if (point === undefined || Math.abs(point.at - point.seconds - end) > point.seconds / 2) return;
      end = point.at;
      fewest = Math.min(fewest, point.users);
      if (end - start > 2 * HELD_SECONDS + EPSILON || fewest <= low) return;
      if (end - start < HELD_SECONDS - EPSILON) continue;
      const held = judge(from, to + 1);
      if (held === "met") low = fewest;
      if (held !== "missed") high = Math.max(high, fewest);
    }
  });
  return { low, high };
}

/** Where the target hung, the answers that came say nothing of the users who waited: `met` is not certain there. */
function doubtHangs(points: readonly TimelinePoint[], hangs: readonly Silence[], judge: Judge): Judge {
  if (hangs.length === 0) return judge;
  return (from, to) => {
    const [start, end] = [points[from]?.at ?? 0, points[to - 1]?.at ?? 0];
    const held = judge(from, to);
    return held === "met" && hangs.some((hang) => hang.to >= start && hang.from < end) ? "unsure" : held;
  };
}

export interface UsersInput {
  readonly facts: LoadFacts;
  readonly timeline: Timeline;
  readonly objectives: readonly Objective[];
  /** Latencies and error rate of the whole judged window. */
  readonly measured: Measurements;
}

/**
 * Most users held for at least 60 s (or the whole judged window if shorter) in which every latency and error objective
 * was met. The value is certain; `high` is what it would be if every window that could not be told had been met.
 * Undefined without a timeline that can be read.
 */
export function concurrentUsersOf(input: UsersInput): Measurement | undefined {
  const { facts, timeline, measured } = input;
  if (!isUsable(timeline) || facts.requests.count === 0) return undefined;
  const objectives = input.objectives.filter(isJudgedHere);
  const everywhere = fewestUsers(timeline);
  const hangs = waitedInVain(facts, timeline, objectives) === undefined ? hangsOf(timeline) : [ALL_THE_TIME];
  const overall = heldOverall(measured, objectives);
  const whole = overall === "met" && hangs.length > 0 ? "unsure" : overall;
  const points = judgedPoints(timeline);
  const long = timeline.judged.to - timeline.judged.from > HELD_SECONDS + EPSILON;
  if (points.length === 0 || (everywhere === undefined && !long)) return undefined;
  const judge = doubtHangs(points, hangs, windowJudge(points, objectives, failuresOf(facts)));
  const parts = long ? slide(points, judge) : { low: 0, high: 0 };
  const low = Math.max(parts.low, whole === "met" ? (everywhere ?? 0) : 0);
  const high = Math.max(low, parts.high, whole === "missed" ? 0 : (everywhere ?? 0));
  const point = { value: low, unit: "count", samples: facts.requests.count } as const;
  return low === high ? point : { ...point, low, high };
}
