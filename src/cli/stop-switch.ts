import type { AbortedBy } from "../model/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export interface StopSwitch {
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
  close(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) ends the load gracefully and keeps what was measured; the second kills what runs and
 * ends this process at once.
 */
export function createStopSwitch(context: Context): StopSwitch {
  const stop = new AbortController();
  const kill = new AbortController();
  const close = context.machine.onStop((signal) => {
    if (stop.signal.aborted) {
      kill.abort();
      context.machine.exit(EXIT.interrupted);
    }
    const by: AbortedBy = signal === "SIGINT" ? "person" : "shutdown";
    context.console.note("\nchatbench: stopping; what was measured is kept. Again to stop at once.");
    stop.abort(by);
  });
  return { stop: stop.signal, kill: kill.signal, close };
}
