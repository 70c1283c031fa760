import {
  SET_BACK_MS,
  type QueuedRun,
  type RunId,
  type RunQuery,
  type RunRecord,
  type RunSummary,
  type TrialRecord,
} from "../model/index.ts";
import type { Transactions } from "./database.ts";
import {
  ACTIVE,
  RUN_COLUMNS,
  SUMMARY_COLUMNS,
  jsonOf,
  queuedRunOf,
  summaryOf,
  type RunRow,
  type SummaryRow,
} from "./rows.ts";

/** Stores what is over. The trials' facts stay in the record file: they are most of its bytes and no list needs them. */
export async function finish(db: Transactions, record: RunRecord): Promise<void> {
  const lean: RunRecord = { ...record, trials: record.trials.map(withoutFacts) };
  await db.query(
    `insert into chatbench.runs as run
       (id, scenario, target, trigger, state, verdict, revision, started_at, ended_at, abort_by, reason, measurements, record)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (id) do update set
       state = excluded.state, verdict = excluded.verdict, started_at = excluded.started_at,
       ended_at = excluded.ended_at, abort_by = excluded.abort_by, reason = excluded.reason,
       measurements = excluded.measurements, record = excluded.record
     where run.record is null`,
    [
      record.id,
      record.scenario,
      record.target,
      record.trigger,
      record.state,
      record.verdict,
      record.revision?.replaceAll("\0", "\ufffd") ?? null,
      record.started_at,
      record.ended_at,
      record.aborted_by ?? null,
      record.reason === null ? null : jsonOf(record.reason),
      jsonOf(record.measurements),
      jsonOf(lean),
    ],
  );
  await db.query(
    `update chatbench.runs set record = jsonb_set(record, '{telemetry}', $2::jsonb)
     where id = $1 and record is not null and record->'telemetry' <> $2::jsonb`,
    [record.id, jsonOf(record.telemetry)],
  );
}

function withoutFacts(trial: TrialRecord): TrialRecord {
  const { index, arms, outcome, invalid, started_at, ended_at } = trial;
  return { index, arms, outcome, invalid, started_at, ended_at };
}

export async function list(db: Transactions, query: RunQuery): Promise<readonly RunSummary[]> {
  const wanted: readonly (readonly [string, string | undefined])[] = [
    ["scenario =", query.scenario],
    ["target =", query.target],
    ["trigger =", query.trigger],
    ["state =", query.state],
    ["id <", query.before],
  ];
  const given = wanted.filter(([, value]) => value !== undefined);
  const conditions = given.map(([condition], index) => `${condition} $${index + 2}`);
  const rows = await db.query<SummaryRow>(
    `select ${SUMMARY_COLUMNS} from chatbench.runs
     ${conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`} order by id desc limit $1`,
    [query.limit, ...given.map(([, value]) => value)],
  );
  return rows.map(summaryOf);
}

export async function find(
  db: Transactions,
  id: RunId,
): Promise<{ readonly run: QueuedRun } | { readonly record: RunRecord } | undefined> {
  const [row] = await db.query<RunRow & { readonly record: RunRecord | null }>(
    `select ${RUN_COLUMNS}, record from chatbench.runs where id = $1`,
    [id],
  );
  if (row === undefined) return undefined;
  return row.record === null ? { run: queuedRunOf(row) } : { record: row.record };
}

/**
 * Walks the index from one pair of scenario and trigger to the next, so that its time grows with the scenarios, not
 * with the runs. Runs that a wrong clock named in the future of the database's are left out.
 */
const LATEST = `
with recursive clock as materialized (
  select to_char(clock_timestamp() at time zone 'UTC' + interval '${SET_BACK_MS / 1000} seconds', 'YYYYMMDD"T"HH24MISS"Z~"')
    as future
), pairs as (
  (select scenario, trigger from chatbench.runs where record is not null order by scenario, trigger limit 1)
  union all
  select next.scenario, next.trigger from pairs cross join lateral (
    select scenario, trigger from chatbench.runs
    where record is not null and (scenario, trigger) > (pairs.scenario, pairs.trigger)
    order by scenario, trigger limit 1) as next
), newest as (
  select found.id from pairs cross join lateral (
    select id from chatbench.runs
    where scenario = pairs.scenario and trigger = pairs.trigger and record is not null
      and id < (select future from clock) collate "C"
    order by id desc limit 1) as found
  union
  select found.id from pairs cross join lateral (
    select id from chatbench.runs
    where scenario = pairs.scenario and trigger = pairs.trigger and verdict in ('pass', 'warning', 'fail')
      and id < (select future from clock) collate "C"
    order by id desc limit 1) as found
)
select record from chatbench.runs where id in (select id from newest) order by id desc`;

export async function latest(db: Transactions): Promise<readonly RunRecord[]> {
  const rows = await db.query<{ record: RunRecord }>(LATEST);
  return rows.map(({ record }) => record);
}

export async function missing(db: Transactions, ids: readonly RunId[]): Promise<readonly RunId[]> {
  const rows = await db.query<{ id: RunId }>(
    `select id from unnest($1::text[]) as asked(id)
     where not exists (select from chatbench.runs where runs.id = asked.id and record is not null)`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Runs in the queue or at work are never forgotten, whatever the disk says. */
export async function forget(db: Transactions, ids: readonly RunId[]): Promise<void> {
  await db.query(`delete from chatbench.runs where id = any($1::text[]) and state not in ${ACTIVE}`, [ids]);
}
