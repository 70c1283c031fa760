import type { Clock, Log } from "../model/index.ts";

export interface Lifecycle {
  /** Registers how a part is stopped; parts stop in the reverse order of their registration. */
  onStop(name: string, stop: () => Promise<void> | void, deadlineMs: number): void;
  /**
   * Stops all parts, each within its deadline and all of them within `withinMs` (24 s): what fails or is late is logged
   * and the next one stops. Once.
   */
  stop(withinMs?: number): Promise<void>;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
  readonly deadlineMs: number;
}

/** The process is to be gone 25 seconds after it was asked. */
const ALL_MS = 24_000;
/** Kept for each part that is still to stop, however long those before it take. */
const KEPT_MS = 250;

/** Stops what was started, last in first out, so that nothing loses what it stands on. */
export function createLifecycle(clock: Clock, log: Log): Lifecycle {
  const parts: Part[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (withinMs: number): Promise<void> => {
    let leftMs = withinMs;
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const from = clock.now();
      const deadlineMs = Math.max(KEPT_MS, Math.min(part.deadlineMs, leftMs - KEPT_MS * parts.length));
      const trouble = await stopOne({ ...part, deadlineMs }, clock);
      const milliseconds = clock.now() - from;
      leftMs -= Math.min(Math.max(0, milliseconds), deadlineMs); // the clock may be set meanwhile
      const fields = { stopped: part.name, milliseconds };
      if (trouble === undefined) log.info(`Stopped ${part.name}.`, fields);
      else log.error(`Stopping ${part.name} failed: ${trouble}`, fields);
    }
  };
  return {
    onStop: (name, stop, deadlineMs) => void parts.push({ name, stop, deadlineMs }),
    stop: (withinMs = ALL_MS) => (stopping ??= stopAll(withinMs)),
  };
}

async function stopOne(part: Part, clock: Clock): Promise<string | undefined> {
  const done = new AbortController();
  const late = clock.sleep(part.deadlineMs, done.signal).then(
    () => `it took longer than ${String(part.deadlineMs)} ms.`,
    () => undefined,
  );
  const stopped = Promise.resolve()
    .then(part.stop)
    .then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const trouble = await Promise.race([stopped, late]);
  done.abort();
  return trouble;
}
