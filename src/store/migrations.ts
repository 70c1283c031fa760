import type { Database, Sql } from "./database.ts";
import { isDefect } from "./errors.ts";
import { FIRST_TABLES, PLACE_OF_INSTANCES, SCHEDULES_THAT_LEFT } from "./tables.ts";

/** One step of the tables' history; numbers rise from 1 without a gap, and a published step is never changed. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "first tables", sql: FIRST_TABLES },
  { number: 2, name: "where daemons are", sql: PLACE_OF_INSTANCES },
  { number: 3, name: "schedules that left, and when runs must have begun", sql: SCHEDULES_THAT_LEFT },
];

/** The tables cannot be used by this program, and trying again does not help. */
export class TablesRefused extends Error {
  override readonly name = "TablesRefused";
}

const BOOK = `create schema if not exists chatbench;
  create table if not exists chatbench.migrations (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
  )`;
/** What two processes get that make the same schema or table at once. */
const MADE_MEANWHILE = new Set(["23505", "42P06", "42P07"]);

/** Brings the tables up to date: each step whole or not at all, one process at a time. */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await makeBook(database);
  const newest = migrations.at(-1)?.number ?? 0;
  for (;;) {
    const done = await database.transaction(async (sql) => {
      await sql("lock table chatbench.migrations in exclusive mode");
      const version = await versionOf(sql);
      if (version > newest) throw new TablesRefused(newerSentence(version, newest));
      const next = migrations.find((migration) => migration.number === version + 1);
      if (next === undefined) return true;
      await apply(sql, next);
      return false;
    });
    if (done) return;
  }
}

async function makeBook(database: Database): Promise<void> {
  const [row] = await database.query<{ book: string | null }>(
    "select to_regclass('chatbench.migrations')::text as book",
  );
  if (row !== undefined && row.book !== null) return;
  try {
    await database.transaction(async (sql) => await sql(BOOK));
  } catch (error) {
    if (!isDefect(error) || !MADE_MEANWHILE.has(error.code ?? "")) throw error;
  }
}

async function versionOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ version: number }>(
    "select coalesce(max(number), 0)::int as version from chatbench.migrations",
  );
  return row?.version ?? 0;
}

async function apply(sql: Sql, migration: Migration): Promise<void> {
  const { number, name } = migration;
  try {
    await sql(migration.sql);
  } catch (error) {
    if (!isDefect(error)) throw error;
    const why = error.message.replace(/\.$/, "");
    throw new TablesRefused(`Step ${number} (${name}) of the database's tables failed and was undone: ${why}.`, {
      cause: error,
    });
  }
  await sql("insert into chatbench.migrations (number, name) values ($1, $2)", [number, name]);
}

function newerSentence(version: number, newest: number): string {
  return (
    `The database's tables are of version ${version}, newer than the ${newest} that this program knows: ` +
    "start the newer chatbench, or give this one a database of its own."
  );
}
