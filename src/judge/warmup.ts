import {
  formatValue,
  highestOf,
  lowestOf,
  reason,
  type Reason,
  type Timeline,
  type TimelinePoint,
} from "../model/index.ts";
import { isUsable, judgedPoints } from "./silence.ts";

// Why these limits: docs/decisions/0079. Only clear cases: a run that is called unsettled cannot pass.
const LEAST_POINTS = 20;
const HEAD = 0.2;
const SETTLED = 0.5;
/** Users that come or go change the latency themselves. */
const MOST_USERS_CHANGE = 0.1;
const LEAST_EXCESS = 1.25;
const LEAST_EXCESS_SECONDS = 0.01;

/**
 * The first fifth of the judged window is clearly slower than its second half under the same load: connections, caches
 * or compilers were still warming up. By medians of seconds, so that single slow answers are no trend.
 */
export function warmupUnsettled(timeline: Timeline | undefined): Reason | undefined {
  if (timeline === undefined || !isUsable(timeline)) return undefined;
  const points = judgedPoints(timeline);
  const answered = points.flatMap(({ latency }) => (latency === undefined ? [] : [latency.p50]));
  if (answered.length < Math.max(LEAST_POINTS, points.length * 0.9) || !isSteady(points)) return undefined;
  const head = sorted(answered.slice(0, Math.ceil(answered.length * HEAD)));
  const rest = sorted(answered.slice(Math.floor(answered.length * (1 - SETTLED))));
  const [before, after] = [at(head, 0.5), at(rest, 0.5)];
  // Nearly every second of the head above every second of the rest: noise that lasts for seconds seldom does that.
  const clear = at(head, 0.1) > at(rest, 1);
  if (!clear || before < after * LEAST_EXCESS || before < after + LEAST_EXCESS_SECONDS) return undefined;
  const text = `The target was still warming up when judging began: the median was ${formatValue(before, "s")} in the first fifth of the judged window and ${formatValue(after, "s")} in its second half, under the same load. Make the warm-up longer.`;
  return reason("warmup_unsettled", text);
}

function isSteady(points: readonly TimelinePoint[]): boolean {
  const users = points.map((point) => point.users);
  const most = highestOf(users);
  return most > 0 && lowestOf(users) >= most * (1 - MOST_USERS_CHANGE);
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function at(rising: readonly number[], q: number): number {
  return rising[Math.round((rising.length - 1) * q)] ?? Number.NaN;
}
