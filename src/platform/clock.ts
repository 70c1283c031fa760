import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../model/index.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await sleepFor(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

/** Calls `work` every `milliseconds` until the returned function is called; never keeps the process alive. */
export function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

/** Calls `work` once after `milliseconds` unless the returned function is called first. */
export function after(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
}

/** Seconds that pass whatever is done to the time of day; only differences mean something. A sleeping machine's pass not. */
export function monotonicSeconds(): number {
  return performance.now() / 1000;
}
