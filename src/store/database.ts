import { Pool, type PoolClient, type PoolConfig } from "pg";
import { after } from "../platform/clock.ts";
import { StoreUnavailable } from "../model/index.ts";
import { isConnectionLost, isDefect, unavailable, type DatabaseName } from "./errors.ts";

/** Runs one statement and gives its rows. */
export type Sql = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** What the tables' code needs of a database. */
export interface Transactions {
  /** All or nothing; `work` must only wait for `sql`. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** One statement by itself. */
  readonly query: Sql;
}

export interface DatabaseOptions {
  readonly name: DatabaseName;
  readonly pool: PoolConfig;
  /** Waited for before each connection is taken: brings back what serves the database. */
  readonly beforeConnect?: () => Promise<void>;
  /** A connection broke or hung. */
  readonly onLost?: () => void;
  /** An idle connection broke: nobody waits for it, so that only a log line can tell. */
  readonly onIdleProblem?: (sentence: string) => void;
}

/**
 * The server ends what we cannot: a statement that hangs, and the transaction of a process whose network went away
 * while it held the gate. Set in each transaction, because a pooler between us and the server loses session settings.
 */
const BEGIN = `begin; set local statement_timeout = '10s'; set local lock_timeout = '10s';
  set local idle_in_transaction_session_timeout = '10s'`;
/** How long goodbyes to a server that no longer answers may last. */
const CLOSE_MS = 1_000;

/** Connections to one database. What means that it is away rejects with `StoreUnavailable`. */
export class Database implements Transactions {
  readonly #options: DatabaseOptions;
  #pool: Pool;
  #closed = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#pool = this.#newPool();
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#withClient(async (client) => {
      const sql = this.#sqlOf(client);
      await sql(BEGIN);
      try {
        const result = await work(sql);
        await sql("commit");
        return result;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) await sql("rollback");
        throw error;
      }
    });
  }

  readonly query: Sql = async (text, values) =>
    await this.#withClient(async (client) => await this.#sqlOf(client)(text, values));

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await endWithin(this.#pool, CLOSE_MS);
  }

  async #withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable(`The database ${this.#options.name.label} was closed.`);
    await this.#options.beforeConnect?.();
    const pool = this.#pool;
    const client = await pool.connect().catch((error: unknown) => {
      throw unavailable(this.#options.name, error);
    });
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = error instanceof StoreUnavailable;
      if (error instanceof Lost) this.#renew(pool);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  #sqlOf(client: PoolClient): Sql {
    return async <Row extends object>(text: string, values?: readonly unknown[]) => {
      try {
        const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]);
        return rows;
      } catch (error) {
        if (isDefect(error)) throw error;
        const { message } = unavailable(this.#options.name, error);
        throw isConnectionLost(error) ? new Lost(message) : new StoreUnavailable(message);
      }
    };
  }

  /** One connection hung: those beside it probably do too, and each would cost its own timeout to find out. */
  #renew(old: Pool): void {
    if (this.#closed || this.#pool !== old) return;
    this.#pool = this.#newPool();
    void endWithin(old, CLOSE_MS);
    this.#options.onLost?.();
  }

  #newPool(): Pool {
    const pool = new Pool(this.#options.pool);
    // Without a listener an idle connection's end would end the process.
    pool.on("error", (error) => this.#options.onIdleProblem?.(unavailable(this.#options.name, error).message));
    return pool;
  }
}

class Lost extends StoreUnavailable {}

async function endWithin(pool: Pool, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = after(milliseconds, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    pool.end().then(end, end);
  });
}
