import { Pool, type PoolClient, type PoolConfig } from "pg";
import { StoreUnavailable } from "../model/index.ts";
import { createSockets, type Sockets } from "../platform/sockets.ts";
import { Turns } from "./turns.ts";
import { isConnectionLost, isDefect, isTimeout, unavailable, type DatabaseName } from "./errors.ts";

/** Runs one statement and gives its rows. */
export type Sql = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** What the tables' code needs of a database. */
export interface Transactions {
  /** All or nothing; `work` must only wait for `sql`. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A transaction that changes the queue: only one at a time among all daemons, so that counts hold until commit. */
  gated<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** One statement by itself; it may be run twice when a connection breaks, and must not mind. */
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
  set local idle_in_transaction_session_timeout = '5s'`;
/** How long goodbyes to a server that no longer answers may last; then its connections are cut off. */
const CLOSE_MS = 1_000;
/** Longer than any answer is waited for: what the connections beside a broken one do may still end well. */
const RENEW_MS = 15_000;

/** Connections to one database. What means that it is away rejects with `StoreUnavailable`. */
export class Database implements Transactions {
  readonly #turns = new Turns();
  readonly #options: DatabaseOptions;
  readonly #sockets = new Map<Pool, Sockets>();
  #pool: Pool;
  #ending = new AbortController();
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

  async gated<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#turns.take(
      async () =>
        await this.transaction(async (sql) => {
          await sql("select id from chatbench.gate for update");
          return await work(sql);
        }),
    );
  }

  readonly query: Sql = async (text, values) =>
    await this.#withClient(async (client) => await this.#sqlOf(client)(text, values));

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending.abort();
    endPool(this.#pool);
    await Promise.all([...this.#sockets.values()].map((sockets) => sockets.end(CLOSE_MS)));
  }

  /** Once more on a new connection if the first statement finds an old one broken: a restarted server is not away. */
  async #withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    try {
      return await this.#tryWithClient(work);
    } catch (error) {
      if (!(error instanceof Lost) || !error.isFirst) throw error;
      return await this.#tryWithClient(work);
    }
  }

  async #tryWithClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable(`The database ${this.#options.name.label} was closed.`);
    await this.#options.beforeConnect?.();
    const pool = this.#pool;
    const client = await this.#connect(pool, this.#ending.signal);
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

  /** A pool that ends forgets who still waits for a connection: they are told here instead of by their timeout. */
  async #connect(pool: Pool, ending: AbortSignal): Promise<PoolClient> {
    return await new Promise((resolve, reject) => {
      const ended = (): void => reject(new Lost(`The database ${this.#options.name.label} was closed.`, true));
      ending.addEventListener("abort", ended, { once: true });
      const stopListening = (): void => ending.removeEventListener("abort", ended);
      pool
        .connect()
        .then(
          (client) => {
            if (ending.aborted) client.release(true);
            else resolve(client);
          },
          (error: unknown) => reject(unavailable(this.#options.name, error)),
        )
        .finally(stopListening);
    });
  }

  #sqlOf(client: PoolClient): Sql {
    let statements = 0;
    return async <Row extends object>(text: string, values?: readonly unknown[]) => {
      statements += 1;
      try {
        const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]);
        return rows;
      } catch (error) {
        if (isDefect(error)) throw error;
        const { message } = unavailable(this.#options.name, error);
        if (!isConnectionLost(error)) throw new StoreUnavailable(message);
        throw new Lost(message, statements === 1 && !isTimeout(error));
      }
    };
  }

  /** One connection hung: those beside it probably do too, and each would cost its own timeout to find out. */
  #renew(old: Pool): void {
    if (this.#closed || this.#pool !== old) return;
    const ending = this.#ending;
    this.#ending = new AbortController();
    this.#pool = this.#newPool();
    ending.abort();
    endPool(old);
    void this.#sockets
      .get(old)
      ?.end(RENEW_MS)
      .then(() => this.#sockets.delete(old));
    this.#options.onLost?.();
  }

  #newPool(): Pool {
    const sockets = createSockets();
    const pool = new Pool({ ...this.#options.pool, stream: sockets.make });
    this.#sockets.set(pool, sockets);
    // Without a listener the end of a connection would end the process: of an idle one, and of one in use, whose
    // statement is told by itself.
    pool.on("connect", (client) => client.on("error", () => undefined));
    pool.on("error", (error) => this.#options.onIdleProblem?.(unavailable(this.#options.name, error).message));
    return pool;
  }
}

class Lost extends StoreUnavailable {
  /** The connection was broken before it was used: nothing had been begun on it. */
  readonly isFirst: boolean;
  constructor(message: string, isFirst: boolean) {
    super(message);
    this.isFirst = isFirst;
  }
}

/** Says goodbye on what is idle; the pool counts as ended by then, whether or not the server hears it. */
function endPool(pool: Pool): void {
  pool.end().catch(() => undefined);
}
