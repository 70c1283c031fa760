/** A RunStore without a database, for tests that need its clock in their hand; it passes the contract of the real ones. */
import { isDeepStrictEqual } from "node:util";
import {
  isRunId,
  StoreUnavailable,
  type AbortedBy,
  type AbortResult,
  type EnqueueResult,
  type Instance,
  type Instant,
  type QueuedRun,
  type RunId,
  type RunOrder,
  type RunRecord,
  type RunStore,
  type ScheduleState,
} from "../../src/model/index.ts";
import { jsonOf } from "../../src/store/rows.ts";
import { latestOf, summaryOf } from "./memory-lists.ts";
import { insertQueued, isAtWork, queuedRunOf, type Row, type Rows } from "./memory-rows.ts";
import { createMemorySlots } from "./memory-slots.ts";

interface Known {
  readonly instance: Instance;
  lastHeartbeat: Instant;
  hasLeft: boolean;
}

export interface MemoryStore extends RunStore {
  readonly rows: Rows;
  /** What schedules had behind them when they left the configuration. */
  readonly forgotten: readonly ScheduleState[];
  /** Every method rejects with StoreUnavailable from now on, or answers again. */
  setAway(away: boolean): void;
}

export function createMemoryStore(now: () => Instant): MemoryStore {
  const rows: Rows = new Map();
  const forgotten: ScheduleState[] = [];
  const instances = new Map<string, Known>();
  const queue = createQueue({ rows, instances, now });
  const methods: Methods = {
    now,
    ...createMemorySlots({ rows, now, withdraw: (id, by) => withdraw(rows, id, by), forgotten }),
    ...queue,
    ...createEnds(rows, now),
    ...createInstances({ rows, instances, now }),
    close: () => undefined,
  };
  let away = false;
  // As of a database: what happens happens at once, and whoever asked hears of it later.
  const wrapped = Object.entries(methods).map(([name, method]) => [
    name,
    async (...input: unknown[]): Promise<unknown> => {
      await Promise.resolve();
      if (away) throw new StoreUnavailable("the test has taken the database away");
      return structuredClone((method as (...all: unknown[]) => unknown)(...input));
    },
  ]);
  return { ...(Object.fromEntries(wrapped) as unknown as RunStore), rows, forgotten, setAway: (is) => (away = is) };
}

type Methods = {
  readonly [K in keyof RunStore]: (...input: Parameters<RunStore[K]>) => Awaited<ReturnType<RunStore[K]>>;
};

function withdraw(rows: Rows, id: string, by: AbortedBy): QueuedRun {
  const row = rows.get(id);
  if (row?.state !== "queued") throw new Error(`run ${id} is not queued`);
  Object.assign(row, { state: "aborted", abortBy: by });
  return queuedRunOf(row);
}

/** What two orders with the same key must have in common. */
function meantBy({ scenario: { name, target, load }, trigger, revision }: RunOrder): unknown {
  return { name, target: target.name, load, trigger, revision };
}

interface Tables {
  readonly rows: Rows;
  readonly instances: Map<string, Known>;
  readonly now: () => Instant;
}

function createQueue({
  rows,
  instances,
  now,
}: Tables): Pick<Methods, "enqueue" | "claim" | "advance" | "abort" | "active"> {
  const handed = new Set<string>();
  const byTurn = (a: Row, b: Row): number =>
    Number(a.order?.trigger === "cron") - Number(b.order?.trigger === "cron") ||
    (a.queuedAt ?? 0) - (b.queuedAt ?? 0) ||
    ((a.order?.id ?? "") < (b.order?.id ?? "") ? -1 : 1);
  const waits = (row: Row): boolean => (row.order?.notBefore ?? 0) > now();
  const isLate = (row: Row): boolean => (row.order?.beginBy ?? Infinity) <= now();
  const queued = (): Row[] => [...rows.values()].filter(({ state }) => state === "queued").sort(byTurn);
  return {
    enqueue: (order, queueLimit): EnqueueResult => {
      const key = order.idempotencyKey;
      const known = key && [...rows.values()].find((row) => row.order?.idempotencyKey === key)?.order;
      if (known)
        return { kind: isDeepStrictEqual(meantBy(known), meantBy(order)) ? "known" : "conflict", id: known.id };
      let id: string = order.id;
      if (rows.has(id) && rows.get(id)?.order?.idempotencyKey === key) return { kind: "known", id: order.id };
      for (let n = 0; rows.has(id); n += 1) id = `${order.id.slice(0, -4)}${String(n).padStart(4, "0")}`;
      const waiting = queued().length;
      if (waiting >= queueLimit || !isRunId(id)) return { kind: "full", queued: waiting };
      insertQueued(rows, { ...order, id }, now());
      return { kind: "queued", id };
    },
    claim(instance, runLimit) {
      noteInstance(instances, instance, now());
      const unheard = [...rows].find(
        ([id, row]) => row.owner === instance.id && row.state === "preparing" && !handed.has(id),
      )?.[1];
      const busy = [...rows.values()].filter(isAtWork);
      const targets = new Set(busy.map(({ order }) => order?.scenario.target.name));
      const free = queued().find((row) => !waits(row) && !isLate(row) && !targets.has(row.order?.scenario.target.name));
      const row = unheard ?? (busy.length < runLimit ? free : undefined);
      if (row === undefined) return undefined;
      if (row !== unheard) Object.assign(row, { state: "preparing", owner: instance.id, startedAt: now() });
      handed.add(row.order?.id ?? "");
      return queuedRunOf(row);
    },
    advance(id, state, instance) {
      const order = ["preparing", "running", "judging"];
      const row = rows.get(id);
      if (row?.owner !== instance.id || !isAtWork(row) || order.indexOf(state) < order.indexOf(row.state)) return false;
      row.state = state;
      return true;
    },
    abort(id, by): AbortResult {
      const row = rows.get(id);
      if (row === undefined) return { kind: "unknown" };
      if (row.state === "queued") return { kind: "withdrawn", run: withdraw(rows, id, by) };
      if (row.state === "aborted" && row.record === undefined) return { kind: "withdrawn", run: queuedRunOf(row) };
      if (!isAtWork(row)) return { kind: "ended" };
      row.abortBy ??= by;
      return { kind: "asked", run: queuedRunOf(row) };
    },
    active() {
      const atWork = [...rows.values()].filter(isAtWork).sort(byTurn);
      atWork.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
      const next = queued().sort((a, b) => turn(a) - turn(b));
      return [...atWork, ...next].map(queuedRunOf);
    },
  };
  function turn(row: Row): number {
    return waits(row) ? (row.order?.notBefore ?? 0) : 0;
  }
}

function createEnds(
  rows: Rows,
  now: () => Instant,
): Pick<Methods, "finish" | "list" | "find" | "latest" | "missing" | "forget"> {
  return {
    finish(record) {
      const lean = { ...record, trials: record.trials.map((trial) => ({ ...trial, facts: undefined })) };
      const kept = JSON.parse(jsonOf(lean)) as RunRecord;
      const row = rows.get(record.id) ?? { order: undefined, queuedAt: undefined, state: record.state };
      rows.set(record.id, row);
      if (row.record !== undefined) row.record = { ...row.record, telemetry: kept.telemetry };
      else Object.assign(row, { record: kept, state: record.state });
    },
    list(query) {
      return [...rows]
        .map(([id, row]) => summaryOf(id as RunId, row))
        .filter((row) =>
          (["scenario", "target", "trigger", "state"] as const).every(
            (key) => query[key] === undefined || row[key] === query[key],
          ),
        )
        .filter(({ id }) => query.before === undefined || id < query.before)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, query.limit);
    },
    find(id) {
      const row = rows.get(id);
      if (row === undefined) return undefined;
      return row.record === undefined ? { run: queuedRunOf(row) } : { record: row.record };
    },
    latest: () =>
      latestOf(
        [...rows.values()].flatMap(({ record }) => record ?? []),
        now(),
      ),
    missing: (ids) => ids.filter((id) => rows.get(id)?.record === undefined),
    forget(ids) {
      for (const id of ids) {
        const row = rows.get(id);
        if (row !== undefined && row.state !== "queued" && !isAtWork(row)) rows.delete(id);
      }
    },
  };
}

function noteInstance(instances: Map<string, Known>, instance: Instance, now: Instant): void {
  instances.set(instance.id, { instance, lastHeartbeat: now, hasLeft: false });
}

function createInstances({ rows, instances, now }: Tables): Pick<Methods, "heartbeat" | "abandoned" | "leave"> {
  const ofOwner = (id: string): [string, Row][] => [...rows].filter(([, { owner }]) => owner === id);
  return {
    heartbeat(instance) {
      noteInstance(instances, instance, now());
      const own = ofOwner(instance.id);
      return {
        abort: own.flatMap(([id, row]) =>
          isAtWork(row) && row.abortBy !== undefined ? [{ id: id as RunId, by: row.abortBy }] : [],
        ),
        lost: own.flatMap(([id, { state }]) => (state === "lost" ? [id as RunId] : [])),
      };
    },
    abandoned: (instance, silentMs) =>
      [...rows.values()].filter(isAtWork).flatMap((row) => {
        const known = instances.get(row.owner ?? "");
        const lastHeartbeat = known?.lastHeartbeat ?? row.startedAt ?? 0;
        const isSilent = !known || known.hasLeft || silentMs === 0 || lastHeartbeat < now() - silentMs;
        if (row.owner === instance.id || !isSilent) return [];
        const owner = known?.instance ?? { id: row.owner ?? "", host: "", pid: 0, startTime: "" };
        return [{ run: queuedRunOf(row), owner, lastHeartbeat }];
      }),
    leave(instance) {
      const known = instances.get(instance.id);
      if (known !== undefined) known.hasLeft = true;
      for (const [id, { hasLeft }] of instances) {
        if (hasLeft && !ofOwner(id).some(([, row]) => isAtWork(row))) instances.delete(id);
      }
    },
  };
}
