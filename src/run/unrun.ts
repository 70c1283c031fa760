import {
  reason,
  type AbortedBy,
  type Instant,
  type OpenedRun,
  type Owner,
  type QueuedRun,
  type Reason,
  type RunRecord,
  type Telemetry,
  type TrialsSoFar,
} from "../model/index.ts";
import { recordOf, type RecordInput } from "./draft.ts";
import { unjudged } from "./settle.ts";
import { NO_LOAD } from "./telemetry.ts";

type Request = RecordInput["request"];

/** The record of a run that was taken out of the queue before it began. */
export function withdrawnRecord(run: QueuedRun, by: AbortedBy, now: Instant): RunRecord {
  const text = by === "schedule" ? withdrawnBySchedule(run, now) : WITHDRAWN;
  const settled = { ...unjudged(reason(`aborted_by_${by}`, text), run.scenario, "aborted"), abortedBy: by };
  return withoutLoad(run, settled, { startedAt: now, endedAt: now });
}

function withdrawnBySchedule({ beginBy }: QueuedRun, now: Instant): string {
  return beginBy !== undefined && beginBy <= now
    ? "It was still waiting for its turn when a blackout of its schedule began: it made no load."
    : "A newer slot took its place before it began.";
}

const WITHDRAWN = "Withdrawn before it began: it made no load.";

/** The record of a run that could not begin. */
export function refusedRecord(run: QueuedRun, why: Reason, now: Instant): RunRecord {
  return withoutLoad(run, unjudged(why, run.scenario), { startedAt: now, endedAt: now });
}

/** The record of a run whose process is gone: nothing of it is judged, and it is never run again. */
export function diedRecord(
  run: OpenedRun | QueuedRun,
  owner: Owner,
  { now, soFar }: { readonly now: Instant; readonly soFar?: TrialsSoFar | undefined },
): RunRecord {
  const text = `The process that ran it (pid ${String(owner.pid)} on ${owner.host}) died or was killed: nothing is judged, and it is not run again.`;
  return lostRecord(run, reason("daemon_died", text), { now, soFar });
}

/** The record of a run whose daemon on another machine says nothing any more. */
export function silentRecord(
  run: OpenedRun | QueuedRun,
  owner: Owner,
  { now, soFar }: { readonly now: Instant; readonly soFar?: TrialsSoFar | undefined },
): RunRecord {
  const where = owner.host === "" ? "that ran it" : `on ${owner.host} that ran it (pid ${String(owner.pid)})`;
  const text = `The daemon ${where} has said nothing for too long: nothing is judged, and it is not run again. Load of it that may still run there was not touched.`;
  return lostRecord(run, reason("owner_silent", text), { now, soFar });
}

/** What trials it had done is told, and judged by nobody. */
function lostRecord(
  run: OpenedRun | QueuedRun,
  why: Reason,
  { now, soFar }: { readonly now: Instant; readonly soFar?: TrialsSoFar | undefined },
): RunRecord {
  const begun = "opened_at" in run ? Date.parse(run.opened_at) : (run.startedAt ?? now);
  const times = { startedAt: Math.min(begun, now), endedAt: now };
  const lost = unjudged(why, run.scenario, "lost");
  const settled = { ...lost, ...(soFar?.ladder && { ladder: soFar.ladder }) };
  const trials = soFar?.trials ?? [];
  return recordOf({ ...times, telemetry: NOBODY_READ, request: run, settled, environment: {}, trials });
}

const NOBODY_READ: Telemetry = {
  prometheus: "incomplete",
  reason: "The run was lost: nobody read back whether its series are complete.",
};

interface Then {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

function withoutLoad(request: Request, settled: RecordInput["settled"], then: Then): RunRecord {
  return recordOf({ telemetry: NO_LOAD, ...then, request, settled, environment: {}, trials: [] });
}
