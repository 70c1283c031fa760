import type { Clock } from "../../../src/model/index.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const WEEK_MS = 7 * 24 * HOUR_MS;

interface Timer {
  readonly at: number;
  readonly turn: number;
  readonly work: () => void;
}

/** Time that passes only when a test lets it: nobody waits, and everything due happens in its order. */
export interface SimTime {
  /** Milliseconds that have truly passed, whatever any clock says. */
  elapsed(): number;
  /** Calls `work` after so long unless the returned function is called first. */
  after(milliseconds: number, work: () => void): () => void;
  /** Lets so much time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Timers that wait. */
  waiting(): number;
}

export function createSimTime(): SimTime {
  const timers = new Set<Timer>();
  let [elapsed, turn] = [0, 0];
  const nextUntil = (until: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      const isSooner = next === undefined || timer.at < next.at || (timer.at === next.at && timer.turn < next.turn);
      if (timer.at <= until && isSooner) next = timer;
    }
    return next;
  };
  return {
    elapsed: () => elapsed,
    after(milliseconds, work) {
      const timer = { at: elapsed + Math.max(0, milliseconds), turn: (turn += 1), work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(milliseconds) {
      const until = elapsed + milliseconds;
      await settled();
      for (let next = nextUntil(until); next !== undefined; next = nextUntil(until)) {
        timers.delete(next);
        elapsed = next.at;
        next.work();
        await settled();
      }
      elapsed = until;
    },
    waiting: () => timers.size,
  };
}

/** All that can happen without time passing has happened. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock in this time; `offset` is how wrong it is. */
export function simClock(time: SimTime, start: number, offset: () => number): Clock {
  return {
    now: () => start + time.elapsed() + offset(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const aborted = (): void => {
          cancel();
          reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
        };
        const cancel = time.after(milliseconds, () => {
          signal?.removeEventListener("abort", aborted);
          resolve();
        });
        if (signal?.aborted === true) aborted();
        else signal?.addEventListener("abort", aborted, { once: true });
      }),
  };
}
