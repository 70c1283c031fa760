import { after } from "../platform/clock.ts";

/**
 * What `work` gives, or a rejection after `milliseconds` or when `signal` is aborted, whatever `work` still does: a
 * server that swallows every byte must hold up nobody.
 */
export async function within<T>(work: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new Error("it was given up"));
    const stopTimer = after(milliseconds, () => reject(new Error(`no answer within ${String(milliseconds)} ms`)));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    cancel = () => {
      stopTimer();
      signal.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
    work.catch(() => undefined); // given up: what becomes of it interests nobody
  }
}
