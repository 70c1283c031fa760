/** How the memory store lists runs. */
import { isOfFuture, type Instant, type RunId, type RunRecord, type RunSummary } from "../../src/model/index.ts";
import type { Row } from "./memory-rows.ts";

export function summaryOf(id: RunId, { order, queuedAt, state, startedAt, record }: Row): RunSummary {
  const iso = (at: number): string => new Date(at).toISOString();
  const name = order?.scenario.name ?? record?.scenario ?? "";
  const revision = record?.revision ?? order?.revision;
  const started = record?.started_at ?? (startedAt === undefined ? undefined : iso(startedAt));
  return {
    ...{ id, scenario: name, target: order?.scenario.target.name ?? record?.target ?? "", state },
    trigger: order?.trigger ?? record?.trigger ?? "manual",
    ...{ verdict: record?.verdict ?? null, reason: record?.reason ?? null, measurements: record?.measurements ?? {} },
    ...(revision === undefined ? {} : { revision }),
    ...(order?.slot === undefined ? {} : { slot: iso(order.slot) }),
    ...(queuedAt === undefined ? {} : { queued_at: iso(queuedAt) }),
    ...(started === undefined ? {} : { started_at: started }),
    ...(record === undefined ? {} : { ended_at: record.ended_at }),
  };
}

/** Per scenario and trigger: the newest of all, and the newest that was judged. */
export function latestOf(records: readonly RunRecord[], now: Instant): readonly RunRecord[] {
  const newest = new Map<string, RunRecord>();
  for (const record of [...records].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (isOfFuture(record.id, now)) continue;
    const pair = `${record.scenario} ${record.trigger}`;
    newest.set(`all ${pair}`, record);
    if (record.verdict !== null && record.verdict !== "invalid") newest.set(`judged ${pair}`, record);
  }
  return [...new Set(newest.values())].sort((a, b) => (a.id < b.id ? 1 : -1));
}
