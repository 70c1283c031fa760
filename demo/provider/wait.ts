/** Waits; resolves to true once the milliseconds have passed, or to false as soon as the reader is gone. */
export type Wait = (milliseconds: number) => Promise<boolean>;

/**
 * Waits for one reader, one wait at a time: never shorter (a Node timer alone may fire up to 1 ms early). One listener
 * for a whole stream, since one for each of its tokens would cost more than the tokens.
 */
export function waiter(gone: AbortSignal): Wait {
  const state: { timer?: NodeJS.Timeout; resolve?: (stayed: boolean) => void } = {};
  gone.addEventListener(
    "abort",
    () => {
      clearTimeout(state.timer);
      state.resolve?.(false);
    },
    { once: true },
  );
  return (milliseconds) => {
    if (gone.aborted) return Promise.resolve(false);
    if (milliseconds <= 0) return Promise.resolve(true);
    const deadline = performance.now() + milliseconds;
    return new Promise((resolve) => {
      state.resolve = resolve;
      const check = (): void => {
        const left = deadline - performance.now();
        if (left <= 0) resolve(true);
        else state.timer = setTimeout(check, Math.ceil(left));
      };
      check();
    });
  };
}
