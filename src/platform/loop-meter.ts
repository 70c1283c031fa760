/** Tells how late this thread looks at what its sockets bring. Times in milliseconds of `performance.now()`. */
export interface LoopMeter {
  /** To be called first whenever the event loop gives us a turn: what time it is. */
  turn(): number;
  /** At most so long had lain there unseen what this turn brought. */
  late(): number;
  /** After work that no turn began (a deferred job): the loop was not asleep in this time. */
  worked(): void;
  stop(): void;
}

const TICK_MS = 5;
/** A loop that found work within this time of its last turn did not sleep: the work may have come while it was busy. */
const AWAKE_MS = 0.2;

/**
 * A loop that slept sees bytes at once. One that was busy may see them late by as much as its last two rounds lasted:
 * that is the bound told here. A timer beside it notices what no round shows (garbage collection, a machine that gave
 * the processor to others).
 */
export function createLoopMeter(): LoopMeter {
  const round = { open: false, began: 0, earliest: 0, lastBegan: 0, lastEnded: 0 };
  const tick = { due: performance.now() + TICK_MS, late: 0 };
  const close = (): void => {
    round.lastBegan = round.began;
    round.lastEnded = performance.now();
    round.open = false;
  };
  const timer = setInterval(() => {
    const now = performance.now();
    tick.late = Math.max(0, now - tick.due);
    tick.due = now + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    turn() {
      const now = performance.now();
      if (round.open) return now;
      round.open = true;
      round.began = now;
      round.earliest = now - round.lastEnded < AWAKE_MS ? round.lastBegan : now;
      setImmediate(close);
      return now;
    },
    late() {
      const now = performance.now();
      // Node's timers are whole milliseconds: one of them is no delay.
      return Math.max(now - round.earliest, tick.late - 1, now - tick.due - 1, 0);
    },
    worked: () => {
      round.lastEnded = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
