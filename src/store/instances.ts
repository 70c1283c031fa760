import type { AbandonedRun, AbortedBy, Instance, RunId } from "../model/index.ts";
import type { Sql, Transactions } from "./database.ts";
import { AT_WORK, RUN_COLUMNS, queuedRunOf, type RunRow } from "./rows.ts";

/** Says that the instance lives now. */
export async function noteInstance(sql: Sql, instance: Instance): Promise<void> {
  await sql(
    `insert into chatbench.instances (id, host, pid, start_time, place, last_heartbeat)
     values ($1, $2, $3, $4, $5, clock_timestamp())
     on conflict (id) do update set last_heartbeat = clock_timestamp(), has_left = false`,
    [instance.id, instance.host, instance.pid, instance.startTime, instance.place ?? null],
  );
}

export async function heartbeat(
  db: Transactions,
  instance: Instance,
): Promise<{
  readonly abort: readonly { readonly id: RunId; readonly by: AbortedBy }[];
  readonly lost: readonly RunId[];
}> {
  return await db.transaction(async (sql) => {
    await noteInstance(sql, instance);
    const abort = await sql<{ id: RunId; by: AbortedBy }>(
      `select id, abort_by as by from chatbench.runs
       where owner = $1 and state in ${AT_WORK} and abort_by is not null order by id`,
      [instance.id],
    );
    const lost = await sql<{ id: RunId }>(
      "select id from chatbench.runs where owner = $1 and state = 'lost' order by id",
      [instance.id],
    );
    return { abort, lost: lost.map(({ id }) => id) };
  });
}

interface AbandonedRow extends RunRow {
  readonly host: string | null;
  readonly pid: number | null;
  readonly start_time: string | null;
  readonly place: string | null;
  readonly last_heartbeat: Date | null;
}

/** A row whose owner is not listed any more counts as silent for ever: it must not hold its target until eternity. */
export async function abandoned(
  db: Transactions,
  instance: Instance,
  silentMs: number,
): Promise<readonly AbandonedRun[]> {
  const rows = await db.query<AbandonedRow>(
    `select ${RUN_COLUMNS.replace("id,", "runs.id,")}, host, pid, start_time, place, last_heartbeat
     from chatbench.runs left join chatbench.instances on instances.id = runs.owner
     where state in ${AT_WORK} and owner <> $1
       and (last_heartbeat is null or has_left or $2 = 0
         or last_heartbeat < clock_timestamp() - make_interval(secs => $2::float8 / 1000))
     order by started_at, runs.id`,
    [instance.id, silentMs],
  );
  return rows.map((row) => ({
    run: queuedRunOf(row),
    owner: {
      ...{ id: row.owner ?? "", host: row.host ?? "", pid: row.pid ?? 0, startTime: row.start_time ?? "" },
      ...(row.place !== null && { place: row.place }),
    },
    lastHeartbeat: (row.last_heartbeat ?? row.started_at ?? row.queued_at).getTime(),
  }));
}

/** Takes the instance off the list, and with it others that died more than a day ago; who still owns runs stays. */
export async function leave(db: Transactions, instance: Instance): Promise<void> {
  await db.transaction(async (sql) => {
    await sql("update chatbench.instances set has_left = true where id = $1", [instance.id]);
    await sql(
      `delete from chatbench.instances
       where (has_left or last_heartbeat < clock_timestamp() - interval '1 day')
         and not exists (select from chatbench.runs where owner = instances.id and state in ${AT_WORK})`,
    );
  });
}
