import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves to true once `milliseconds` have passed, never earlier (a Node timer alone may fire up to 1 ms early), or
 * to false as soon as the signal aborts.
 */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  try {
    for (let left = milliseconds; left > 0; left = deadline - performance.now()) {
      await sleep(Math.ceil(left), undefined, { signal });
    }
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
