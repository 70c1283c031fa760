import {
  isRunId,
  type AbortResult,
  type AbortedBy,
  type EnqueueResult,
  type Instance,
  type QueuedRun,
  type RunId,
  type RunOrder,
} from "../model/index.ts";
import { randomSuffix } from "../platform/ids.ts";
import type { Sql, Transactions } from "./database.ts";
import { noteInstance } from "./instances.ts";
import { ACTIVE, AT_WORK, RUN_COLUMNS, jsonOf, queuedRunOf, timeOf, type RunRow } from "./rows.ts";

/** Puts the run into the queue unless it is there already or the queue is full. */
export async function enqueue(db: Transactions, order: RunOrder, queueLimit: number): Promise<EnqueueResult> {
  return await db.gated(async (sql) => {
    const before = await ofSameKey(sql, order);
    if (before !== undefined) return { kind: before.same ? "known" : "conflict", id: before.id };
    const id = await freeId(sql, order);
    if (id === undefined) return { kind: "known", id: order.id };
    const queued = await countQueued(sql);
    if (queued >= queueLimit) return { kind: "full", queued };
    await insertQueued(sql, { ...order, id });
    return { kind: "queued", id };
  });
}

/** The run of the order's key, and whether it is the same order: a gate must not be given the verdict of another revision. */
async function ofSameKey(
  sql: Sql,
  order: RunOrder,
): Promise<{ readonly id: RunId; readonly same: boolean } | undefined> {
  if (order.idempotencyKey === undefined) return undefined;
  const { scenario, trigger } = order;
  const [row] = await sql<{ id: RunId; same: boolean }>(
    `select id, scenario = $2 and target = $3 and trigger = $4 and revision is not distinct from $5::text
       and coalesce(frozen->'load' = $6::jsonb, false) as same
     from chatbench.runs where idempotency_key = $1`,
    [order.idempotencyKey, scenario.name, scenario.target.name, trigger, revisionOf(order), jsonOf(scenario.load)],
  );
  return row;
}

function revisionOf({ revision }: RunOrder): string | null {
  return revision?.replaceAll("\0", "\ufffd") ?? null;
}

/**
 * The order's id, or another one if a run of the same second drew the same letters; undefined if it is the same order
 * again, whose answer was lost on the way.
 */
async function freeId(sql: Sql, order: RunOrder): Promise<RunId | undefined> {
  let { id } = order;
  for (;;) {
    const [taken] = await sql<{ key: string | null }>(
      "select idempotency_key as key from chatbench.runs where id = $1",
      [id],
    );
    if (taken === undefined) return id;
    if (id === order.id && taken.key === (order.idempotencyKey ?? null)) return undefined;
    const other = `${order.id.slice(0, -4)}${randomSuffix(4)}`;
    if (isRunId(other)) id = other;
  }
}

export async function countQueued(sql: Sql): Promise<number> {
  const [row] = await sql<{ queued: number }>(
    "select count(*)::int as queued from chatbench.runs where state = 'queued'",
  );
  return row?.queued ?? 0;
}

export async function insertQueued(sql: Sql, order: RunOrder): Promise<void> {
  await sql(
    `insert into chatbench.runs
       (id, scenario, target, trigger, state, revision, slot, not_before, begin_by, idempotency_key, queued_at, frozen)
     values ($1, $2, $3, $4, 'queued', $5, $6, $7, $8, $9, date_trunc('milliseconds', clock_timestamp()), $10)`,
    [
      order.id,
      order.scenario.name,
      order.scenario.target.name,
      order.trigger,
      revisionOf(order),
      timeOf(order.slot),
      timeOf(order.notBefore),
      timeOf(order.beginBy),
      order.idempotencyKey ?? null,
      jsonOf(order.scenario),
    ],
  );
}

/** `handed`: ids that this store gave out already; a claim whose answer was lost on the way is found again by them. */
export interface Claim {
  readonly instance: Instance;
  readonly runLimit: number;
  readonly handed: readonly string[];
}

export async function claim(db: Transactions, { instance, runLimit, handed }: Claim): Promise<QueuedRun | undefined> {
  return await db.gated(async (sql) => {
    await noteInstance(sql, instance);
    const [unheard] = await sql<RunRow>(
      `select ${RUN_COLUMNS} from chatbench.runs
       where owner = $1 and state = 'preparing' and not (id = any($2::text[])) limit 1`,
      [instance.id, handed],
    );
    const row = unheard ?? (await takeNext(sql, instance, runLimit));
    return row === undefined ? undefined : queuedRunOf(row);
  });
}

async function takeNext(sql: Sql, instance: Instance, runLimit: number): Promise<RunRow | undefined> {
  const [row] = await sql<RunRow>(
    `update chatbench.runs
     set state = 'preparing', owner = $1, started_at = date_trunc('milliseconds', clock_timestamp())
     where id = (
       select id from chatbench.runs as next
       where state = 'queued' and (not_before is null or not_before <= clock_timestamp())
         and (begin_by is null or begin_by > clock_timestamp())
         and not exists (
           select from chatbench.runs as other where other.target = next.target and other.state in ${AT_WORK})
         and (select count(*) from chatbench.runs where state in ${AT_WORK}) < $2
       order by trigger = 'cron', queued_at, id
       limit 1)
     and state = 'queued'
     returning ${RUN_COLUMNS}`,
    [instance.id, runLimit],
  );
  return row;
}

/** Where a run may come from when it goes to a state; the same state again is fine, because answers get lost. */
const BEFORE = {
  preparing: ["preparing"],
  running: ["preparing", "running"],
  judging: ["preparing", "running", "judging"],
} as const;

export async function advance(
  db: Transactions,
  step: { readonly id: RunId; readonly state: keyof typeof BEFORE; readonly instance: Instance },
): Promise<boolean> {
  const rows = await db.query(
    "update chatbench.runs set state = $2 where id = $1 and owner = $3 and state = any($4::text[]) returning id",
    [step.id, step.state, step.instance.id, BEFORE[step.state]],
  );
  return rows.length > 0;
}

/** Withdraws a run that has not begun, or asks the daemon that has it to stop; the first to ask is the one named. */
export async function abort(db: Transactions, id: RunId, by: AbortedBy): Promise<AbortResult> {
  return await db.transaction(async (sql) => {
    const [row] = await sql<RunRow & { readonly recorded: boolean }>(
      `select ${RUN_COLUMNS}, record is not null as recorded from chatbench.runs where id = $1 for update`,
      [id],
    );
    if (row === undefined) return { kind: "unknown" };
    if (row.state === "queued") return { kind: "withdrawn", run: await withdraw(sql, id, by) };
    // Withdrawn before, but nobody kept its record: whoever asks again may.
    if (row.state === "aborted" && !row.recorded) return { kind: "withdrawn", run: queuedRunOf(row) };
    const [asked] = await sql<RunRow>(
      `update chatbench.runs set abort_by = coalesce(abort_by, $2)
       where id = $1 and state in ${AT_WORK} returning ${RUN_COLUMNS}`,
      [id, by],
    );
    return asked === undefined ? { kind: "ended" } : { kind: "asked", run: queuedRunOf(asked) };
  });
}

/** Ends a queued run that will never begin; its record is the caller's to make. */
export async function withdraw(sql: Sql, id: RunId, by: AbortedBy): Promise<QueuedRun> {
  const text = by === "schedule" ? "Its schedule withdrew it before it began." : "Withdrawn before it began.";
  const [row] = await sql<RunRow>(
    `update chatbench.runs
     set state = 'aborted', abort_by = $2, ended_at = clock_timestamp(),
       reason = jsonb_build_object('code', 'aborted_by_' || $2::text, 'text', $3::text)
     where id = $1 and state = 'queued' returning ${RUN_COLUMNS}`,
    [id, by, text],
  );
  if (row === undefined) throw new Error(`run ${id} left the queue while it was locked`);
  return queuedRunOf(row);
}

export async function active(db: Transactions): Promise<readonly QueuedRun[]> {
  const rows = await db.query<RunRow>(
    `select ${RUN_COLUMNS} from chatbench.runs where state in ${ACTIVE}
     order by state = 'queued', started_at,
       case when not_before > clock_timestamp() then not_before end nulls first, trigger = 'cron', queued_at, id`,
  );
  return rows.map(queuedRunOf);
}
