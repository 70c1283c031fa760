import type { Clock, Log } from "../model/index.ts";

export interface Lifecycle {
  /** Registers how a part is stopped; parts stop in the reverse order of their registration. */
  onStop(name: string, stop: () => Promise<void> | void, deadlineMs: number): void;
  /** Stops all parts, each within its deadline; what fails or is late is logged and the next one stops. Once. */
  stop(): Promise<void>;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
  readonly deadlineMs: number;
}

/** Stops what was started, last in first out, so that nothing loses what it stands on. */
export function createLifecycle(clock: Clock, log: Log): Lifecycle {
  const parts: Part[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const part of parts.reverse()) {
      const from = clock.now();
      const trouble = await stopOne(part, clock);
      const fields = { stopped: part.name, milliseconds: clock.now() - from };
      if (trouble === undefined) log.info(`Stopped ${part.name}.`, fields);
      else log.error(`Stopping ${part.name} failed: ${trouble}`, fields);
    }
  };
  return {
    onStop: (name, stop, deadlineMs) => void parts.push({ name, stop, deadlineMs }),
    stop: () => (stopping ??= stopAll()),
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
