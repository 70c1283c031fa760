import { Pool } from "pg";
import type { Conversations, Turn } from "./ports.ts";

/** The lock keeps two chatbots that start at once from creating the same table at once. */
const SCHEMA = `
  begin;
  select pg_advisory_xact_lock(823940117);
  create table if not exists chat_messages (
    id bigint generated always as identity primary key,
    conversation_id text not null,
    role text not null check (role in ('user', 'assistant')),
    content text not null,
    created_at timestamptz not null default now()
  );
  create index if not exists chat_messages_by_conversation on chat_messages (conversation_id, id desc);
  commit;`;

const HISTORY = `
  select role, content from chat_messages where conversation_id = $1 order by id desc limit $2`;

const APPEND = `
  insert into chat_messages (conversation_id, role, content)
  select $1, role, content from unnest($2::text[], $3::text[]) with ordinality as t (role, content, at) order by at`;

/** Conversations in PostgreSQL; creates its table. Rejects when the database cannot be reached within 5 s. */
export async function postgresConversations(
  url: string,
  poolSize: number,
  log: (line: string) => void,
): Promise<Conversations> {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    application_name: "chatbench-demo",
  });
  // Without a listener the end of an idle connection would end the process.
  pool.on("error", (error) => log(`an idle database connection broke: ${error.message}`));
  try {
    await pool.query(SCHEMA);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    kind: "postgres",
    history: async (id, limit) => (await pool.query<Turn>(HISTORY, [id, limit])).rows.reverse(),
    append: async (id, turns) => {
      await pool.query(APPEND, [id, turns.map((turn) => turn.role), turns.map((turn) => turn.content)]);
    },
    ping: async () => {
      await pool.query("select 1");
    },
    close: () => pool.end(),
  };
}
