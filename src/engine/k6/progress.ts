import { judgedSecondsOf, type Load, type Progress, type TimelinePoint } from "../../model/index.ts";

/**
 * What a watcher sees of a point of the timeline; P95 and errors are those of that second. The load began
 * `beforeSeconds` after the point's zero; undefined: not yet.
 */
export function progressOf(point: TimelinePoint, load: Load, beforeSeconds: number | undefined): Progress {
  const judged = judgedSecondsOf(load);
  const total = judged === undefined ? undefined : load.warmup.seconds + judged;
  const elapsed = beforeSeconds === undefined ? 0 : Math.max(0, point.at - beforeSeconds);
  const phase = elapsed < load.warmup.seconds ? "warmup" : elapsed <= (total ?? Infinity) ? "judged" : "ending";
  return {
    phase: beforeSeconds === undefined ? "starting" : phase,
    elapsedSeconds: elapsed,
    ...(total === undefined ? {} : { totalSeconds: total }),
    users: point.users,
    requestsPerSecond: point.requests / point.seconds,
    ...(point.latency === undefined ? {} : { p95Seconds: point.latency.p95 }),
    ...(point.requests === 0 ? {} : { errorRatio: point.failed / point.requests }),
  };
}
