import { StoreUnavailable, type Log } from "../model/index.ts";

/** Asks the store, and goes on without it where it is away: told once when it goes and once when it is back. */
export interface Reach {
  /** Undefined: it could not be asked; it is tried again later. */
  ask<T>(question: () => Promise<T>): Promise<{ readonly answer: T } | undefined>;
}

export function createReach(log: Log, waiting: string): Reach {
  let away = false;
  return {
    async ask(question) {
      try {
        const answer = await question();
        if (away) log.info(`The database answers again: ${waiting} goes on.`);
        away = false;
        return { answer };
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) log.error(`The store failed: ${messageOf(error)}`);
        else if (!away) log.warn(`The database is away, ${waiting} waits for it: ${error.message}`);
        away ||= error instanceof StoreUnavailable;
        return undefined;
      }
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
