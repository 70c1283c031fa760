/** What was read of a target's system, over the judged window: docs/decisions/0080-what-collectors-read.md. */
import {
  highestOf,
  type Instant,
  type LoadFacts,
  type Resources,
  type ResourceValue,
  type Restart,
  type Sampled,
  type SampledReading,
} from "../model/index.ts";

type Point = readonly [Instant, number];
type Value = Omit<ResourceValue, "title" | "unit">;

/** Shorter pairs of readings say more of the clock than of the source. */
const SHORTEST_RATE_MS = 500;

/** Shares that two counters give together over the window. */
const SHARES = [
  {
    ...{ name: "postgres_cache_hit_ratio", title: "PostgreSQL: blocks found in its cache, share" },
    ...{ of: "postgres_blocks_hit", rest: "postgres_blocks_read" },
  },
  {
    ...{ name: "redis_hit_ratio", title: "Redis: keys found, share of lookups" },
    ...{ of: "redis_hits", rest: "redis_misses" },
  },
] as const;

export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

export function windowOf({ window }: Pick<LoadFacts, "window">): Window {
  return { from: window.startedAt, to: window.startedAt + window.seconds * 1_000 };
}

/** Part of the record; without a window (the load came to no whole summary) only whether the sources answered. */
export function resourcesOf({ collectors, readings, restarts }: Sampled, window: Window | undefined): Resources {
  const values: Record<string, ResourceValue> = {};
  for (const reading of window === undefined ? [] : readings) {
    const value = window && valueOver(reading, window);
    if (value !== undefined) values[reading.name] = { title: reading.title, unit: reading.unit, ...value };
  }
  addShares(values);
  addMeans(values);
  const [inside, outside] = [restarts.filter(touches(window)), restarts.filter((one) => !touches(window)(one))];
  return {
    ...{ collectors, restarted: namesOf(inside), values },
    ...(outside.length > 0 && { restartedOutside: namesOf(outside) }),
  };
}

/** What may have happened in the window has: nobody reads a source at the very instant. */
function touches(window: Window | undefined): (restart: Restart) => boolean {
  return ({ after, by }) => window === undefined || (after < window.to && by > window.from);
}

function namesOf(restarts: readonly Restart[]): readonly string[] {
  return [...new Set(restarts.map(({ what }) => what))];
}

/** Undefined: it was not read in the window, or a counter began anew in it, so that nobody knows what it counted. */
function valueOver({ kind, points, resets }: SampledReading, window: Window): Value | undefined {
  const inside = points.filter(([at]) => at >= window.from && at <= window.to);
  if (kind === "counter") return counterOver({ points, resets }, inside, window);
  const values = inside.map(([, value]) => value);
  const last = values.at(-1);
  if (last === undefined) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { samples: values.length, mean, peak: highestOf(values), last };
}

function counterOver(counted: Counted, inside: readonly Point[], window: Window): Value | undefined {
  const { points, resets } = counted;
  const before = points.findLast(([at]) => at < window.from);
  const behind = points.find(([at]) => at > window.to);
  const around = [...(before ? [before] : []), ...inside, ...(behind ? [behind] : [])];
  if (around.some((point, index) => beganAnew(around[index - 1], point, resets))) return undefined;
  const from = Math.max(window.from, around[0]?.[0] ?? Infinity);
  const to = Math.min(window.to, around.at(-1)?.[0] ?? -Infinity);
  if (to - from < SHORTEST_RATE_MS) return undefined;
  const grown = valueAt(around, to) - valueAt(around, from);
  const isWhole = from === window.from && to === window.to;
  const peak = peakRate({ points: inside, resets });
  return {
    samples: inside.length,
    // Of a part of the window the sum is not that of the window; the pace is.
    ...(isWhole && { delta: grown }),
    perSecond: (grown / (to - from)) * 1_000,
    ...(peak === undefined ? {} : { peakPerSecond: peak }),
  };
}

/** A counter as it was read. */
export type Counted = Pick<SampledReading, "points" | "resets">;

function beganAnew(before: Point | undefined, point: Point, resets: readonly Instant[]): boolean {
  if (before === undefined) return false;
  return point[1] < before[1] || resets.some((reset) => reset > before[0] && reset <= point[0]);
}

/** Between two readings a counter is taken to rise evenly. */
function valueAt(points: readonly Point[], at: Instant): number {
  const next = points.findIndex(([time]) => time >= at);
  const [t1, v1] = points[next] ?? [at, 0];
  const [t0, v0] = points[next - 1] ?? [t1, v1];
  return t1 === t0 ? v1 : v0 + ((v1 - v0) * (at - t0)) / (t1 - t0);
}

function peakRate(counted: Counted): number | undefined {
  const rates = ratesOf(counted).map(([, rate]) => rate);
  return rates.length === 0 ? undefined : highestOf(rates);
}

/** Growth per second between readings that follow each other, at the middle between them; none where it began anew. */
export function ratesOf({ points, resets }: Counted): readonly Point[] {
  const rates: Point[] = [];
  let [from] = points;
  for (const point of points.slice(1)) {
    const isAnew = beganAnew(from, point, resets);
    if (from === undefined || (!isAnew && point[0] - from[0] < SHORTEST_RATE_MS)) continue;
    const seconds = (point[0] - from[0]) / 1_000;
    if (!isAnew) rates.push([(from[0] + point[0]) / 2, (point[1] - from[1]) / seconds]);
    from = point;
  }
  return rates;
}

function addShares(values: Record<string, ResourceValue>): void {
  for (const { name, title, of, rest } of SHARES) {
    const [part, other] = [values[of]?.delta, values[rest]?.delta];
    if (part === undefined || other === undefined || part + other <= 0) continue;
    values[name] = { title, unit: "ratio", samples: Math.round(part + other), mean: part / (part + other) };
  }
}

/** Of a histogram of the target's own page: the mean of what it counted in the window. */
function addMeans(values: Record<string, ResourceValue>): void {
  for (const [name, sum] of Object.entries(values)) {
    const plain = /^(.+)_sum$/.exec(name)?.[1];
    const count = plain === undefined ? undefined : values[`${plain}_count`]?.delta;
    if (plain === undefined || sum.delta === undefined || count === undefined || count <= 0) continue;
    values[plain] = { title: `${plain}, mean`, unit: sum.unit, samples: Math.round(count), mean: sum.delta / count };
  }
}
