import type { Log, Records, RunRecord } from "../model/index.ts";
import type { RunEvents } from "./events.ts";
import type { Outbox } from "./outbox.ts";

/** The last steps of every run, in their order: the disk, then the store, then whoever wants to hear of it. */
export interface Ledger {
  /** Writes the record of a run that is not at work here; where the disk tells another end, that one stands. */
  enter(record: RunRecord): Promise<void>;
  /** The record lies on the disk already. */
  entered(record: RunRecord): void;
  /** Its telemetry was read back, or the store does not know it yet: no news to anybody else. */
  updated(record: RunRecord): void;
}

export interface LedgerDeps {
  readonly records: Records;
  readonly outbox: Outbox;
  readonly events: Pick<RunEvents, "runEnded">;
  readonly log: Log;
}

export function createLedger({ records, outbox, events, log }: LedgerDeps): Ledger {
  const entered = (record: RunRecord): void => {
    outbox.add(record);
    events.runEnded(record);
  };
  return {
    entered,
    updated: (record) => outbox.add(record),
    async enter(record) {
      const { problem, stands } = await records.save(record);
      if (problem !== undefined && stands === undefined) log.error(problem.text, { run_id: record.id });
      if (stands === undefined) entered(record);
      else outbox.add(stands); // whoever wrote it has told it
    },
  };
}
