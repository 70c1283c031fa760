import { after } from "../../platform/clock.ts";
import type { RunningChild } from "../../platform/process.ts";

/** Ends an engine whose time series grow without end: each costs it, and the Prometheus behind it, some kilobytes. */
export interface FloodGate {
  /** To be called when the engine warns; before `guard` it is remembered. */
  readonly open: () => void;
  guard(child: RunningChild, graceMs: number): void;
  readonly isOpen: () => boolean;
}

export function createFloodGate(): FloodGate {
  const flood = new AbortController();
  return {
    open: () => flood.abort(),
    guard(child, graceMs) {
      const end = (): void => {
        child.terminate();
        const cancel = after(graceMs, () => child.kill());
        void child.exited.finally(cancel);
      };
      if (flood.signal.aborted) end();
      else flood.signal.addEventListener("abort", end, { once: true });
    },
    isOpen: () => flood.signal.aborted,
  };
}
