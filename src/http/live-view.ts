import type { Progress } from "../model/index.ts";
import type { LiveRun } from "./api.ts";

/** A run that has not ended, in the names of the records. Only what is asked for: the frozen scenario stays inside. */
export function liveView({ run, position, progress }: LiveRun): Readonly<Record<string, unknown>> {
  const { id, trigger, state, revision } = run;
  return {
    ...{ id, scenario: run.scenario.name, target: run.scenario.target.name, trigger, state, revision },
    slot: timeOf(run.slot),
    queued_at: timeOf(run.queuedAt),
    started_at: timeOf(run.startedAt),
    not_before: timeOf(run.notBefore),
    abort_by: run.abortBy,
    position,
    progress: progress === undefined ? undefined : progressView(progress),
  };
}

function progressView(progress: Progress): Readonly<Record<string, unknown>> {
  return {
    phase: progress.phase,
    elapsed_seconds: progress.elapsedSeconds,
    total_seconds: progress.totalSeconds,
    users: progress.users,
    requests_per_second: progress.requestsPerSecond,
    p95_seconds: progress.p95Seconds,
    error_ratio: progress.errorRatio,
    step: progress.step,
  };
}

function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
