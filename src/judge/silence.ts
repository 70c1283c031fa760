import type { Timeline, TimelinePoint } from "../model/index.ts";

const SHORTEST_SECONDS = 5;
/** As with quantiles: where ten answers were due and none came, chance is no explanation (e^-10). */
const ANSWERS_DUE = 10;
const TIMES_THE_USUAL = 3;

/** A stretch of the judged window in which users were held and nothing was answered. */
export interface Silence {
  readonly from: number;
  readonly to: number;
  /** No answer came after it: what those requests would have taken, nobody knows. */
  readonly last: boolean;
}

/** Tolerance for the engine's clock text, in seconds. */
const EPSILON = 1e-6;

/** Periods that lie wholly inside the judged window. */
export function judgedPoints({ judged, points }: Timeline): readonly TimelinePoint[] {
  return points.filter(({ at, seconds }) => at - seconds >= judged.from - EPSILON && at <= judged.to + EPSILON);
}

function stretchesOf(points: readonly TimelinePoint[]): readonly Silence[] {
  const found: Silence[] = [];
  let from: number | undefined;
  let to = 0;
  for (const point of points) {
    if (point.requests === 0 && point.users > 0) {
      from ??= point.at - point.seconds;
      to = point.at;
    } else if (point.requests > 0) {
      if (from !== undefined) found.push({ from, to, last: false });
      from = undefined;
    }
  }
  if (from !== undefined) found.push({ from, to, last: true });
  return found;
}

function lengthOf({ from, to }: Silence): number {
  return to - from;
}

/** The usual pause of scripts whose users think in step; 0 where pauses are too few to be a habit. */
function usualPause(stretches: readonly Silence[]): number {
  const lengths = stretches.map(lengthOf).sort((a, b) => a - b);
  return lengths.length < 3 ? 0 : (lengths[Math.floor((lengths.length - 1) / 2)] ?? 0);
}

/**
 * Silences that only a target that hangs explains: at least 5 s, at least ten answers due at the pace of the other
 * periods, and three times longer than the pauses usual in this run.
 */
export function hangsOf(timeline: Timeline): readonly Silence[] {
  const points = judgedPoints(timeline);
  const answering = points.filter(({ requests }) => requests > 0);
  const answers = answering.reduce((sum, { requests }) => sum + requests, 0);
  const stretches = stretchesOf(points);
  const silent = stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 0);
  const usual = usualPause(stretches);
  // The pace over the whole window but the longest silence, so that thinking pauses count as part of the pace.
  const longest = stretches.reduce((most, stretch) => Math.max(most, lengthOf(stretch)), 0);
  const seconds = answering.reduce((sum, point) => sum + point.seconds, 0) + silent - longest;
  const pace = seconds > 0 ? answers / seconds : 0;
  return stretches.filter((stretch) => {
    const length = lengthOf(stretch);
    return (
      length >= SHORTEST_SECONDS - EPSILON &&
      length * pace >= ANSWERS_DUE - EPSILON &&
      length >= usual * TIMES_THE_USUAL - EPSILON
    );
  });
}

/** Sane enough to be read: finite, not negative, in order. */
export function isUsable({ judged, points }: Timeline): boolean {
  let before = -Infinity;
  if (!Number.isFinite(judged.from) || !Number.isFinite(judged.to) || judged.to <= judged.from) return false;
  return points.every((point) => {
    const { at, seconds, users, requests, failed, latency } = point;
    const ordered = at - seconds >= before - EPSILON;
    before = at;
    return (
      ordered &&
      seconds > 0 &&
      failed <= requests &&
      [at, seconds, users, requests, failed, ...Object.values(latency ?? {})].every((n) => Number.isFinite(n) && n >= 0)
    );
  });
}
