/** The rows of the store in memory. */
import type { AbortedBy, Instant, QueuedRun, RunOrder, RunRecord, State } from "../../src/model/index.ts";

export interface Row {
  readonly order: RunOrder | undefined;
  readonly queuedAt: Instant | undefined;
  state: State;
  startedAt?: Instant;
  owner?: string;
  abortBy?: AbortedBy;
  record?: RunRecord;
}

export type Rows = Map<string, Row>;

export const isAtWork = ({ state }: Row): boolean => ["preparing", "running", "judging"].includes(state);

export function queuedRunOf(row: Row): QueuedRun {
  const { order, queuedAt, state, startedAt, owner, abortBy } = row;
  if (order === undefined || queuedAt === undefined) throw new Error("a run that was never queued has no such row");
  return {
    ...{ ...order, queuedAt, state: isAtWork(row) ? (state as QueuedRun["state"]) : "queued" },
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(owner === undefined ? {} : { owner }),
    ...(abortBy === undefined ? {} : { abortBy }),
  };
}

export function insertQueued(rows: Rows, order: RunOrder, now: Instant): void {
  if (rows.has(order.id)) throw new Error(`duplicate key: ${order.id}`);
  rows.set(order.id, { order: structuredClone(order), queuedAt: now, state: "queued" });
}
