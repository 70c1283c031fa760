import { StoreUnavailable } from "../model/index.ts";

/**
 * One after the other within this process. Changes of the queue wait for each other in the database anyway; waiting
 * here leaves connections for readers, and a daemon whose network goes away leaves one lock behind, not a row of them.
 */
export class Turns {
  #issued = 0;
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly upTo: number; readonly message: string } | undefined;

  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#issued += 1;
    const ticket = this.#issued;
    const mine = this.#last.then(async () => await this.#turn(ticket, work));
    this.#last = mine.catch(() => undefined);
    return await mine;
  }

  async #turn<T>(ticket: number, work: () => Promise<T>): Promise<T> {
    // Whoever queued up before the database went away fails with it: each would wait for its own timeout.
    if (this.#failure !== undefined && ticket <= this.#failure.upTo) throw new StoreUnavailable(this.#failure.message);
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#failure = { upTo: this.#issued, message: error.message };
      throw error;
    }
  }
}
