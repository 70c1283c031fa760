import type { Client } from "pg";
import {
  reason,
  type Collector,
  type ProcessMark,
  type Reading,
  type Secret,
  type Source,
  type TargetFacts,
} from "../model/index.ts";
import { whyForbidden } from "./forbidden.ts";
import { READ_WITHIN_MS } from "./limits.ts";
import { told } from "./readings.ts";
import { hostOf, placeOf, troubleWith } from "./trouble.ts";
import { within } from "./within.ts";

const APPLICATION_NAME = "chatbench";

/**
 * Set inside each transaction, not for the session: a pooler between us and PostgreSQL would hand our settings on to
 * the target's own statements.
 */
const BEGIN = "begin transaction read only; set local statement_timeout = '1500ms'; set local lock_timeout = '500ms'";

const FACTS = `
  select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
    current_setting('max_connections')::int as most,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved`;

/**
 * Sessions are those of clients of the whole server, which share its limit, without this one. What others do is told
 * only to members of pg_read_all_stats: `hidden` counts sessions whose state is not, nor that they are clients.
 */
const READ = `
  with sessions as (
    select state, wait_event_type, extract(epoch from clock_timestamp() - query_start)::float8 as seconds
    from pg_stat_activity
    where pid <> pg_backend_pid() and (backend_type = 'client backend' or (backend_type is null and datid is not null))
  )
  select (select count(*) from sessions)::int as connections,
    (select count(*) filter (where state is null) from sessions)::int as hidden,
    (select count(*) filter (where state = 'active') from sessions)::int as active,
    (select count(*) filter (where state = 'idle') from sessions)::int as idle,
    (select count(*) filter (where state like 'idle in transaction%') from sessions)::int as idle_in_transaction,
    (select count(*) filter (where state = 'active' and wait_event_type = 'Lock') from sessions)::int as waiting,
    (select coalesce(max(seconds) filter (where state = 'active'), 0) from sessions)::float8 as longest,
    xact_commit::float8 as commits, xact_rollback::float8 as rollbacks, blks_hit::float8 as hit,
    blks_read::float8 as read, deadlocks::float8 as deadlocks, temp_bytes::float8 as temporary,
    (extract(epoch from pg_postmaster_start_time()) * 1000)::float8 as started,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as now
  from pg_stat_database where datname = current_database()`;

type Numbers = Readonly<
  Record<
    | "connections"
    | "hidden"
    | "active"
    | "idle"
    | "idle_in_transaction"
    | "waiting"
    | "longest"
    | "commits"
    | "rollbacks"
    | "hit"
    | "read"
    | "deadlocks"
    | "temporary",
    number
  >
>;
/** Both in milliseconds since 1970, by its own clock. */
type Row = Numbers & { readonly started: number; readonly now: number };
interface FactRow {
  readonly version: string;
  readonly number: number;
  readonly most: number;
  readonly reserved: number;
}

/** The target's PostgreSQL, by one connection of our own that changes nothing. */
export const postgresCollector: Collector = {
  name: "postgres",
  async open({ postgres }, signal) {
    if (postgres === undefined) return undefined;
    const what = `PostgreSQL at ${placeOf(postgres.url, "5432")}`;
    const forbidden = await whyForbidden(hostOf(postgres.url), signal);
    if (forbidden !== undefined) return { problem: troubleWith(what, forbidden, postgres.url) };
    const client = await clientOf(postgres.url);
    try {
      await within(client.connect(), READ_WITHIN_MS, signal);
      const facts = factsOf(await ask<FactRow>(client, FACTS, signal));
      return sourceOf(client, { facts, what, url: postgres.url });
    } catch (error) {
      destroy(client);
      return { problem: troubleWith(what, error, postgres.url) };
    }
  },
};

/** Loaded when a target has one: every command would pay for it. */
async function clientOf(url: Secret): Promise<Client> {
  const pg = await import("pg");
  const client = new pg.default.Client({
    connectionString: url.reveal(),
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: READ_WITHIN_MS,
    keepAlive: true,
  });
  // The end of an idle connection is told by the next read; without a listener it would end the process.
  client.on("error", () => undefined);
  return client;
}

function sourceOf(
  client: Client,
  { facts, what, url }: { readonly facts: TargetFacts; readonly what: string; readonly url: Secret },
): Source {
  return {
    facts,
    async read(signal) {
      try {
        const row = await ask<Row>(client, READ, signal);
        if (row === undefined) return { problem: reason("collector_failed", `${what} tells nothing of its database.`) };
        return { readings: readingsOf(row, facts), marks: [markOf(row)] };
      } catch (error) {
        return { problem: troubleWith(what, error, url) };
      }
    },
    close() {
      destroy(client);
      return Promise.resolve();
    },
  };
}

function markOf({ started, now }: Row): ProcessMark {
  return { what: "PostgreSQL", identity: String(started), began: { at: started, now } };
}

/** The one row that a question has. A connection on which it failed is of no more use. */
async function ask<R extends object>(client: Client, sql: string, signal: AbortSignal): Promise<R | undefined> {
  // Several statements in one message give a list of results, which the types do not know.
  const results: unknown = await within(client.query(`${BEGIN}; ${sql}; commit`), READ_WITHIN_MS, signal);
  const rows = Array.isArray(results) ? (results as { rows: R[] }[]).flatMap((result) => result.rows) : [];
  return rows[0];
}

/** `end()` says goodbye and waits for the server's; one that swallows every byte never says it. */
function destroy(client: Client): void {
  const { connection } = client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
  client.end().catch(() => undefined);
  connection.stream.destroy();
}

function factsOf(row: FactRow | undefined): TargetFacts {
  if (row === undefined) return {};
  const { version, number, most, reserved } = row;
  return {
    postgres: { version, versionNumber: number, maxConnections: most, reservedConnections: reserved },
  };
}

/** What a reading is called and where it stands in the row. */
interface Column extends Pick<Reading, "kind" | "unit" | "curve"> {
  readonly name: string;
  readonly title: string;
  readonly from: keyof Numbers;
  /** Told only to those who may see what others do. */
  readonly isOfOthers?: true;
}

const count = { kind: "gauge", unit: "count" } as const;
const counter = { kind: "counter", unit: "count" } as const;
const connections = (line: string) => ({ curve: { panel: "PostgreSQL connections", line } }) as const;
const transactions = (line: string) => ({ curve: { panel: "PostgreSQL, per second", line } }) as const;

const COLUMNS: readonly Column[] = [
  { name: "connections", title: "connections", from: "connections", ...count, ...connections("all") },
  {
    ...{ name: "connections_active", title: "connections at work", from: "active", isOfOthers: true },
    ...{ ...count, ...connections("at work") },
  },
  { name: "connections_idle", title: "idle connections", from: "idle", isOfOthers: true, ...count },
  {
    ...{ name: "connections_idle_in_transaction", title: "connections idle in a transaction", ...count },
    ...{ from: "idle_in_transaction", isOfOthers: true },
  },
  {
    ...{ name: "connections_waiting", title: "connections waiting for a lock", ...count },
    ...{ from: "waiting", isOfOthers: true },
  },
  {
    ...{ name: "longest_query", title: "longest statement at work", kind: "gauge", unit: "s" },
    ...{ from: "longest", isOfOthers: true },
  },
  { name: "commits", title: "transactions committed", from: "commits", ...counter, ...transactions("commits") },
  {
    name: "rollbacks",
    title: "transactions rolled back",
    from: "rollbacks",
    ...counter,
    ...transactions("rollbacks"),
  },
  { name: "blocks_hit", title: "blocks found in its cache", from: "hit", ...counter },
  { name: "blocks_read", title: "blocks read from the system", from: "read", ...counter },
  { name: "deadlocks", title: "deadlocks", from: "deadlocks", ...counter },
  { name: "temporary", title: "temporary files written", from: "temporary", kind: "counter", unit: "bytes" },
];

function readingsOf(row: Numbers, { postgres }: TargetFacts): readonly Reading[] {
  const room = postgres && postgres.maxConnections - postgres.reservedConnections;
  const used = { name: "postgres_connections_used", title: "PostgreSQL: connections, share of those allowed" };
  return [
    ...COLUMNS.flatMap(({ name, title, from, isOfOthers, ...about }) =>
      told(
        { ...about, name: `postgres_${name}`, title: `PostgreSQL: ${title}` },
        isOfOthers === true && row.hidden > 0 ? undefined : row[from],
      ),
    ),
    ...told({ ...used, kind: "gauge", unit: "ratio" }, room && row.connections / room),
  ];
}
