import { z } from "zod";
import {
  judgedSecondsOf,
  type Load,
  type LoadFacts,
  type Progress,
  type Timeline,
  type TimelinePoint,
} from "../../model/index.ts";
import { progressOf } from "../k6/progress.ts";

const latency = z.object({
  min: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
/** Requests of one kind that ended in a period; `buckets` by the index of a native histogram of schema 3, or `zero`. */
const series = z.object({
  method: z.string(),
  status: z.string(),
  good: z.boolean(),
  phase: z.string(),
  count: z.number(),
  timed: z.number(),
  sum: z.number(),
  buckets: z.record(z.string(), z.number()),
});
const Line = z.object({
  at: z.number(),
  seconds: z.number().positive(),
  users: z.number(),
  requests: z.number(),
  failed: z.number(),
  latency: latency.exactOptional(),
  iterations: z.number(),
  exceptions: z.number(),
  series: z.array(series),
});
const Begin = z.object({ start: z.number() });
export type LocustPeriod = z.infer<typeof Line>;

/** One line a second of the Python side; undefined for any other, such as one that was cut off. */
export function readPeriod(line: string): LocustPeriod | undefined {
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Latency of a point is that of the good answers. */
export function pointOf({ at, seconds, users, requests, failed, latency: ms }: LocustPeriod): TimelinePoint {
  return { at, seconds, users, requests, failed, ...(ms && { latency: ms, ofGood: true }) };
}

export function progressAt(period: LocustPeriod, load: Load): Progress {
  return progressOf(pointOf(period), load, 0);
}

/** The points of a trial with its judged part; undefined when Locust told of none. */
export function timelineOf(
  points: readonly TimelinePoint[],
  load: Load,
  window: LoadFacts["window"] | undefined,
): Timeline | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const from = load.warmup.seconds;
  const seconds = judgedSecondsOf(load) ?? window?.seconds ?? Math.max(0, last.at - from);
  return { judged: { from, to: from + seconds }, points };
}

/** Wall clock of the load's begin in milliseconds, which the Python side tells first. */
export function readBegin(line: string): number | undefined {
  try {
    return Begin.safeParse(JSON.parse(line)).data?.start;
  } catch {
    return undefined;
  }
}
