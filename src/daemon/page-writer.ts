import type { Log, RunRecord, Uptime } from "../model/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { ExecutedRun } from "../run/index.ts";
import { writeRunPage } from "./pages.ts";

/** Writes the pages of runs one after the other: each ends with the overview, which two must not write at once. */
export interface PageWriter {
  add(executed: ExecutedRun): void;
  /** Resolves when the pages of this run are written, or at once where there is nothing to wait for. */
  written(id: string): Promise<void>;
  /** Resolves when all are written. */
  idle(): Promise<void>;
}

export interface PageWriterDeps {
  readonly records: RecordStore;
  /** Of a target, as it is now. */
  readonly uptime: (target: string) => Uptime | undefined;
  readonly log: Log;
  /** After each: what retention and the overview want to do with a run that is wholly over. */
  readonly afterwards: (record: RunRecord) => Promise<void>;
}

export function createPageWriter({ records, uptime, log, afterwards }: PageWriterDeps): PageWriter {
  const waiting = new Map<string, Promise<void>>();
  let last: Promise<void> = Promise.resolve();
  const write = async (executed: ExecutedRun): Promise<void> => {
    const { problem } = await writeRunPage(executed, records, uptime(executed.record.target));
    if (problem !== undefined) log.error(problem.text, { run_id: executed.record.id });
    await afterwards(executed.record);
  };
  return {
    add(executed) {
      const { id } = executed.record;
      last = last
        .then(() => write(executed))
        .catch((error: unknown) => log.error(`A report could not be written: ${String(error)}`, { run_id: id }))
        .finally(() => waiting.delete(id));
      waiting.set(id, last);
    },
    written: (id) => waiting.get(id) ?? Promise.resolve(),
    idle: () => last,
  };
}
