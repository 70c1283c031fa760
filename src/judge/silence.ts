import type { Timeline, TimelinePoint } from "../model/index.ts";

const SHORTEST_SECONDS = 5;
/** As with quantiles: where ten answers were due and none came, chance is no explanation (e^-10). */
const ANSWERS_DUE = 10;
const TIMES_THE_USUAL = 3;
/** Answers that each user must have missed where users leave: who thinks for long before leaving has missed one. */
const MISSED_BY_EACH = 3;

/** A stretch of the judged window in which users were held and nothing was answered. */
export interface Silence {
  readonly from: number;
  readonly to: number;
  /** No answer came after it: what those requests would have taken, nobody knows. */
  readonly last: boolean;
}

/** A silence with the users held in its first and in its last period. */
interface Stretch extends Silence {
  readonly users: readonly [number, number];
}

/** Tolerance for the engine's clock text, in seconds. */
const EPSILON = 1e-6;

/** Periods that lie wholly inside the judged window. */
export function judgedPoints({ judged, points }: Timeline): readonly TimelinePoint[] {
  return points.filter(({ at, seconds }) => at - seconds >= judged.from - EPSILON && at <= judged.to + EPSILON);
}

function stretchesOf(points: readonly TimelinePoint[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | undefined;
  for (const { at, seconds, users, requests } of points) {
    if (requests === 0 && users > 0) {
      open = { from: open?.from ?? at - seconds, to: at, last: true, users: [open?.users[0] ?? users, users] };
    } else if (requests > 0) {
      if (open !== undefined) found.push({ ...open, last: false });
      open = undefined;
    }
  }
  return open === undefined ? found : [...found, open];
}

/**
 * Where users leave (at the end of a load), silence is how they think before they go: only those who stay to its end
 * count, and only if each of them is overdue.
 */
function staysOverdue({ from, to, users: [, last] }: Stretch, points: readonly TimelinePoint[]): boolean {
  const others = points.filter(({ at, seconds }) => at <= from + EPSILON || at - seconds >= to - EPSILON);
  const answers = others.reduce((sum, { requests }) => sum + requests, 0);
  const userSeconds = others.reduce((sum, { users, seconds }) => sum + users * seconds, 0);
  const missedByEach = userSeconds > 0 ? ((to - from) * answers) / userSeconds : 0;
  return missedByEach >= MISSED_BY_EACH && missedByEach * last >= ANSWERS_DUE - EPSILON;
}

/** The silence in which the load ended, after the judged window: what began in it and was cut off is in no number. */
function silentEnd({ judged, points }: Timeline): readonly Stretch[] {
  const inLoad = points.filter(({ at, seconds }) => at - seconds >= judged.from - EPSILON);
  const end = stretchesOf(inLoad).at(-1);
  if (end?.last !== true || end.to <= judged.to || lengthOf(end) < SHORTEST_SECONDS - EPSILON) return [];
  return staysOverdue(end, inLoad) ? [end] : [];
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
 * periods, and three times longer than the pauses usual in this run. The last may lie behind the judged window.
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
  const hangs = stretches.filter((stretch) => {
    const length = lengthOf(stretch);
    return (
      length >= SHORTEST_SECONDS - EPSILON &&
      length * pace >= ANSWERS_DUE - EPSILON &&
      length >= usual * TIMES_THE_USUAL - EPSILON &&
      (stretch.users[1] >= stretch.users[0] || staysOverdue(stretch, points))
    );
  });
  return [...hangs, ...silentEnd(timeline)].map(({ from, to, last }) => ({ from, to, last }));
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
