import type { Instance, QueuedRun } from "../model/index.ts";
import type { Transactions } from "./database.ts";
import { claim } from "./queue.ts";

/**
 * Claims of this process, one after the other. It remembers what they gave out: when the answer to a commit is lost,
 * the run is ours in the database while nobody here knows of it, and the next claim finds it by that difference.
 */
export class Claims {
  readonly #db: Transactions;
  readonly #handed = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: Transactions) {
    this.#db = db;
  }

  async next(instance: Instance, runLimit: number): Promise<QueuedRun | undefined> {
    const mine = this.#last.then(async () => await this.#claim(instance, runLimit));
    this.#last = mine.catch(() => undefined);
    return await mine;
  }

  forget(id: string): void {
    this.#handed.delete(id);
  }

  async #claim(instance: Instance, runLimit: number): Promise<QueuedRun | undefined> {
    const run = await claim(this.#db, { instance, runLimit, handed: [...this.#handed] });
    if (run !== undefined) this.#handed.add(run.id);
    return run;
  }
}
