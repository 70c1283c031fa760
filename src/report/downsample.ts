/** A long timeline in few points, without hiding what was bad: extremes are kept, sums stay exact. */
import type { TimelinePoint } from "../model/index.ts";

/** One point of a picture: so many seconds of the run. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  /** Most users. */
  readonly users: number;
  readonly requests: number;
  /** Requests per second: over the whole bucket, and in its slowest and fastest period. */
  readonly perSecond: { readonly mean: number; readonly low: number; readonly high: number };
  readonly failed: number;
  /** Worst share of failed requests of any period; 0 where nothing was sent. */
  readonly errorRatio: number;
  /** Highest of each quantile of any period: quantiles cannot be averaged. Seconds. */
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/** At most `most` buckets of equally many points each. */
export function downsample(points: readonly TimelinePoint[], most: number): readonly Bucket[] {
  const size = Math.max(1, Math.ceil(points.length / most));
  const buckets: Bucket[] = [];
  for (let at = 0; at < points.length; at += size) buckets.push(bucketOf(points.slice(at, at + size)));
  return buckets;
}

function bucketOf(points: readonly TimelinePoint[]): Bucket {
  const requests = sum(points, (p) => p.requests);
  const seconds = sum(points, (p) => p.seconds);
  const rates = points.map((p) => (p.seconds > 0 ? p.requests / p.seconds : 0));
  const answered = points.flatMap((p) => p.latency ?? []);
  const highest = (pick: (l: (typeof answered)[number]) => number): number => Math.max(...answered.map(pick));
  return {
    from: (points[0]?.at ?? 0) - (points[0]?.seconds ?? 0),
    to: points.at(-1)?.at ?? 0,
    users: Math.max(...points.map((p) => p.users)),
    requests,
    perSecond: { mean: seconds > 0 ? requests / seconds : 0, low: Math.min(...rates), high: Math.max(...rates) },
    failed: sum(points, (p) => p.failed),
    errorRatio: Math.max(...points.map((p) => (p.requests > 0 ? Math.min(1, p.failed / p.requests) : 0))),
    ...(answered.length > 0 && {
      latency: { p50: highest((l) => l.p50), p95: highest((l) => l.p95), p99: highest((l) => l.p99) },
    }),
  };
}

function sum(points: readonly TimelinePoint[], pick: (point: TimelinePoint) => number): number {
  return points.reduce((total, point) => total + pick(point), 0);
}
