import type { PoolConfig } from "pg";
import type { Clock, RunStore, Secret } from "../model/index.ts";
import { StoreUnavailable } from "../model/index.ts";
import { Claims } from "./claims.ts";
import { Database, type DatabaseOptions, type Sql, type Transactions } from "./database.ts";
import { isDefect, isTableMissing, scrubbed, type DatabaseName } from "./errors.ts";
import { abandoned, heartbeat, leave } from "./instances.ts";
import { migrate, TablesRefused, type Migration } from "./migrations.ts";
import * as queue from "./queue.ts";
import * as records from "./records.ts";
import * as slots from "./slots.ts";

/** Whether the store can be used, with a sentence for people if not. */
export type StoreState =
  | { readonly kind: "ready" }
  /** Trying again can help. */
  | { readonly kind: "away"; readonly problem: string }
  /** Somebody has to do something: newer tables, a failed step, missing rights. */
  | { readonly kind: "refused"; readonly problem: string };

/**
 * A store that is open at once, whether or not its database can be reached: each method makes the tables ready first
 * if that is still to do, and rejects with `StoreUnavailable` while it cannot.
 */
export interface OpenStore extends RunStore {
  /** One try to reach the database and to bring its tables up to date. */
  check(): Promise<StoreState>;
  /** Tries until the store is ready or refused, with pauses from 0.2 to 60 s; `signal` ends it with the last state. */
  ready(signal?: AbortSignal): Promise<StoreState>;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** An idle connection broke: a sentence for the log, nobody waits for it. */
  readonly onProblem?: (sentence: string) => void;
  /** Longest waits for a connection and for one answer; absent: 5 and 10 s. */
  readonly timeouts?: { readonly connectMs: number; readonly answerMs: number };
  /** For tests of migrations. */
  readonly migrations?: readonly Migration[];
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 10_500; // the server itself ends a statement after 10 s
const KEEPALIVE_MS = 10_000;
const CONNECTIONS = 8;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 60_000;

/** What every connection of ours has in common. */
export function connectionOf({ timeouts }: StoreOptions): PoolConfig {
  return {
    connectionTimeoutMillis: timeouts?.connectMs ?? CONNECT_MS,
    query_timeout: timeouts?.answerMs ?? ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    application_name: "chatbench",
  };
}

/** A store on PostgreSQL 14 or newer. Nothing is connected yet when it returns. */
export function openStore(options: StoreOptions & { readonly url: Secret }): OpenStore {
  const connectionString = options.url.reveal();
  return storeOn(
    { name: nameOf(connectionString), pool: { ...connectionOf(options), connectionString, max: CONNECTIONS } },
    options,
  );
}

/** What to call the database in messages: host, port and name, never the user's secret. */
function nameOf(connectionString: string): DatabaseName {
  if (!URL.canParse(connectionString)) return { label: "of the configuration", secrets: [connectionString] };
  const url = new URL(connectionString);
  const port = url.port === "" ? "5432" : url.port;
  const secrets = [url.password, decoded(url.password)].filter((secret) => secret !== "");
  return { label: `at ${url.hostname}:${port}${url.pathname}`, secrets };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function storeOn(database: Omit<DatabaseOptions, "onIdleProblem">, options: StoreOptions): OpenStore {
  const { onProblem } = options;
  const connections = new Database({ ...database, ...(onProblem === undefined ? {} : { onIdleProblem: onProblem }) });
  const tables = new Tables(connections, database.name, options.migrations);
  return {
    ...methodsOn(tables),
    check: async () => await tables.check(),
    ready: async (signal) => await untilReady(tables, options.clock, signal),
    close: async () => await connections.close(),
  };
}

async function untilReady(tables: Tables, clock: Clock, signal?: AbortSignal): Promise<StoreState> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const state = await tables.check();
    if (state.kind !== "away" || signal?.aborted === true) return state;
    try {
      await clock.sleep(pauseMs, signal);
    } catch {
      return state;
    }
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
  }
}

/** The database behind the promise that its tables are up to date. */
class Tables implements Transactions {
  readonly #database: Database;
  readonly #name: DatabaseName;
  readonly #migrations: readonly Migration[] | undefined;
  #isReady = false;
  #checking: Promise<StoreState> | undefined;

  constructor(database: Database, name: DatabaseName, migrations?: readonly Migration[]) {
    this.#database = database;
    this.#name = name;
    this.#migrations = migrations;
  }

  async check(): Promise<StoreState> {
    this.#checking ??= this.#try().finally(() => {
      this.#checking = undefined;
    });
    return await this.#checking;
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#guard(async () => await this.#database.transaction(work));
  }

  async gated<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#guard(async () => await this.#database.gated(work));
  }

  readonly query: Sql = async (text, values) => await this.#guard(async () => await this.#database.query(text, values));

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isReady) {
      const state = await this.check();
      if (state.kind !== "ready") throw new StoreUnavailable(state.problem);
    }
    try {
      return await work();
    } catch (error) {
      if (!isTableMissing(error)) throw error;
      this.#isReady = false;
      const text = `The tables in the database ${this.#name.label} are gone; they are made anew at the next try.`;
      throw new StoreUnavailable(text, { cause: error });
    }
  }

  async #try(): Promise<StoreState> {
    try {
      if (this.#isReady) await this.#database.query("select 1");
      else await migrate(this.#database, this.#migrations);
      this.#isReady = true;
      return { kind: "ready" };
    } catch (error) {
      if (error instanceof StoreUnavailable) return { kind: "away", problem: error.message };
      if (!(error instanceof TablesRefused) && !isDefect(error)) throw error;
      return { kind: "refused", problem: scrubbed(this.#name, error.message) };
    }
  }
}

function methodsOn(db: Transactions): Omit<RunStore, "close"> {
  const claims = new Claims(db);
  return {
    now: async () => await now(db),
    learnSchedules: async (lines, gone) => await slots.learnSchedules(db, lines, gone),
    schedules: async () => await slots.schedules(db),
    decideSlots: async (decision, queueLimit) => await slots.decideSlots(db, decision, queueLimit),
    slotHistory: async (query) => await slots.slotHistory(db, query),
    forgetSlots: async (before, kept) => await slots.forgetSlots(db, before, kept),
    enqueue: async (order, queueLimit) => await queue.enqueue(db, order, queueLimit),
    claim: async (instance, runLimit) => await claims.next(instance, runLimit),
    advance: async (id, state, instance) => await queue.advance(db, { id, state, instance }),
    finish: async (record) => {
      await records.finish(db, record);
      claims.forget(record.id);
    },
    abort: async (id, by) => await queue.abort(db, id, by),
    heartbeat: async (instance) => await heartbeat(db, instance),
    abandoned: async (instance, silentMs) => await abandoned(db, instance, silentMs),
    leave: async (instance) => await leave(db, instance),
    active: async () => await queue.active(db),
    list: async (query) => await records.list(db, query),
    find: async (id) => await records.find(db, id),
    latest: async () => await records.latest(db),
    missing: async (ids) => await records.missing(db, ids),
    forget: async (ids) => await records.forget(db, ids),
  };
}

async function now(db: Transactions): Promise<number> {
  const [row] = await db.query<{ now: Date }>("select clock_timestamp() as now");
  if (row === undefined) throw new Error("the database told no time");
  return row.now.getTime();
}
