import { judgedSecondsOf, type Load, type Progress, type TimelinePoint } from "../../model/index.ts";

/** What a watcher sees of a point of the timeline; P95 and errors are those of that second. */
export function progressOf(point: TimelinePoint, load: Load): Progress {
  const judged = judgedSecondsOf(load);
  const total = judged === undefined ? undefined : load.warmup.seconds + judged;
  const phase = point.at < load.warmup.seconds ? "warmup" : point.at <= (total ?? Infinity) ? "judged" : "ending";
  return {
    phase,
    elapsedSeconds: point.at,
    ...(total === undefined ? {} : { totalSeconds: total }),
    users: point.users,
    requestsPerSecond: point.requests / point.seconds,
    ...(point.latency === undefined ? {} : { p95Seconds: point.latency.p95 }),
    ...(point.requests === 0 ? {} : { errorRatio: point.failed / point.requests }),
  };
}
