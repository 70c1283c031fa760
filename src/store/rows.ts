import type {
  AbortedBy,
  FrozenScenario,
  Instant,
  QueuedRun,
  Reason,
  RunId,
  RunRecord,
  RunSummary,
  State,
  Trigger,
  Verdict,
} from "../model/index.ts";

export const AT_WORK = "('preparing', 'running', 'judging')";
export const ACTIVE = "('queued', 'preparing', 'running', 'judging')";

/** Columns of a run in the queue. */
export const RUN_COLUMNS =
  "id, trigger, state, revision, slot, not_before, begin_by, idempotency_key, queued_at, started_at, owner, abort_by, frozen";

export interface RunRow {
  readonly id: RunId;
  readonly trigger: Trigger;
  readonly state: State;
  readonly revision: string | null;
  readonly slot: Date | null;
  readonly not_before: Date | null;
  readonly begin_by: Date | null;
  readonly idempotency_key: string | null;
  readonly queued_at: Date;
  readonly started_at: Date | null;
  readonly owner: string | null;
  readonly abort_by: AbortedBy | null;
  readonly frozen: FrozenScenario;
}

/** Columns of a run in a list. */
export const SUMMARY_COLUMNS =
  "id, scenario, target, trigger, state, verdict, reason, measurements, revision, slot, queued_at, started_at, ended_at";

export interface SummaryRow {
  readonly id: RunId;
  readonly scenario: string;
  readonly target: string;
  readonly trigger: Trigger;
  readonly state: State;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly measurements: RunRecord["measurements"] | null;
  readonly revision: string | null;
  readonly slot: Date | null;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

/** An instant as a parameter of type timestamptz. */
export function timeOf(instant: Instant | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}

export function queuedRunOf(row: RunRow): QueuedRun {
  return {
    id: row.id,
    scenario: row.frozen,
    trigger: row.trigger,
    state: isQueueState(row.state) ? row.state : "queued", // withdrawn: its record is still to come
    queuedAt: row.queued_at.getTime(),
    ...(row.revision === null ? {} : { revision: row.revision }),
    ...(row.slot === null ? {} : { slot: row.slot.getTime() }),
    ...(row.not_before === null ? {} : { notBefore: row.not_before.getTime() }),
    ...(row.begin_by === null ? {} : { beginBy: row.begin_by.getTime() }),
    ...(row.idempotency_key === null ? {} : { idempotencyKey: row.idempotency_key }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.getTime() }),
    ...(row.owner === null ? {} : { owner: row.owner }),
    ...(row.abort_by === null ? {} : { abortBy: row.abort_by }),
  };
}

function isQueueState(state: State): state is QueuedRun["state"] {
  return state === "queued" || state === "preparing" || state === "running" || state === "judging";
}

export function summaryOf(row: SummaryRow): RunSummary {
  return {
    id: row.id,
    scenario: row.scenario,
    target: row.target,
    trigger: row.trigger,
    state: row.state,
    verdict: row.verdict,
    reason: row.reason,
    measurements: row.measurements ?? {},
    ...(row.revision === null ? {} : { revision: row.revision }),
    ...(row.slot === null ? {} : { slot: row.slot.toISOString() }),
    ...(row.queued_at === null ? {} : { queued_at: row.queued_at.toISOString() }),
    ...(row.started_at === null ? {} : { started_at: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { ended_at: row.ended_at.toISOString() }),
  };
}

/**
 * JSON as the database accepts it: it knows neither the NUL character nor half a surrogate pair, and both come from
 * targets that answer with garbage. A pair of backslashes is matched first, so that no escape is cut in two.
 */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/gi, (found) =>
    found === "\\\\" ? found : "\ufffd",
  );
}
