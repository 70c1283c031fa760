import type { Owner } from "../model/index.ts";
import { isAlive } from "../platform/process-identity.ts";
import { createRunFolders, type RecordStore } from "../record/index.ts";
import { recoverFolders } from "../run/index.ts";
import type { Context } from "./context.ts";

export interface Recovery {
  /** The results folder. */
  readonly folder: string;
  readonly records: RecordStore;
  /** This process. */
  readonly owner: Owner;
}

/**
 * What a daemon does at its start, for who works without one: load of dead processes is ended and their runs are kept
 * as lost, before a run of our own is measured beside it. Runs of processes that live are left alone.
 */
export async function recoverDead(
  { console, engine, clock }: Context,
  { folder, records, owner }: Recovery,
): Promise<void> {
  const note = (text: string): void => console.note(`chatbench: ${text}`);
  await recoverFolders({
    ...{ folders: createRunFolders(folder), engine, clock, isAlive, instance: owner },
    ledger: {
      async enter(record) {
        const { problem } = await records.save(record);
        note(problem?.text ?? `${record.id} died with the process that ran it; it is kept as lost.`);
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: note },
  });
}
