import type { AbortedBy } from "../model/index.ts";
import type { Machine } from "../platform/machine.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export interface StopSwitch {
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
  close(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) ends the load gracefully and keeps what was measured; the second kills what runs and
 * ends this process at once. So does an error of ours that nobody caught: load must not outlive whoever watches it;
 * `atCrash` says what becomes of the run then.
 */
export function createStopSwitch(
  { machine, console }: Pick<Context, "machine" | "console">,
  atCrash: string,
): StopSwitch {
  const stop = new AbortController();
  const kill = new AbortController();
  const ask = (by: AbortedBy, note: string): void => {
    if (stop.signal.aborted) return;
    console.note(`\nchatbench: ${note}`);
    stop.abort(by);
  };
  const end = (code: number): never => {
    kill.abort();
    return machine.exit(code);
  };
  let asked = false;
  const closeAll = [
    machine.onStop((signal) => {
      if (asked) end(EXIT.interrupted);
      asked = true;
      ask(signal === "SIGINT" ? "person" : "shutdown", `${STOPPING} Again to stop at once.`);
    }),
    // A terminal that closes says so two or three times: it is never the "again".
    machine.onHangup(() => ask("shutdown", `the terminal was closed: ${STOPPING}`)),
    machine.onCrash((error) => {
      console.note(`chatbench: ${crashText(error)}\nchatbench: ${atCrash}`);
      end(EXIT.broken);
    }),
  ];
  return { stop: stop.signal, kill: kill.signal, close: () => closeAll.forEach((close) => close()) };
}

const STOPPING = "stopping; what was measured is kept.";

/** Ctrl-C, SIGTERM or a terminal that closes: for commands that keep something up until then. */
export function onAnyStop(machine: Machine, listener: () => void): () => void {
  const closeAll = [machine.onStop(listener), machine.onHangup(listener)];
  return () => closeAll.forEach((close) => close());
}

export function crashText(error: unknown): string {
  return `Chatbench itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
