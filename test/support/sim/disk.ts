import {
  reason,
  type OpenedRun,
  type Records,
  type RunFolders,
  type RunId,
  type RunRecord,
} from "../../../src/model/index.ts";

/** Run folders in memory, as src/record keeps them on a disk. */
export interface SimDisk extends Records, RunFolders {
  readonly runs: ReadonlyMap<RunId, { readonly opened?: OpenedRun; readonly record?: RunRecord }>;
}

export function createSimDisk(): SimDisk {
  const runs = new Map<RunId, { opened?: OpenedRun; record?: RunRecord }>();
  return {
    runs,
    async open(run) {
      await Promise.resolve();
      if (runs.has(run.id)) return { problem: reason("storage", `${run.id} exists already.`) };
      runs.set(run.id, { opened: run });
      return { folder: `/results/${run.id}` };
    },
    async save(record) {
      await Promise.resolve();
      const id = record.id as RunId;
      const there = runs.get(id)?.record;
      if (there !== undefined && (there.state !== record.state || there.verdict !== record.verdict)) {
        return { problem: reason("storage", `${id} has ended already.`), stands: there };
      }
      const kept = there === undefined ? record : { ...there, telemetry: record.telemetry };
      runs.set(id, { ...runs.get(id), record: kept });
      return there === undefined ? {} : { stands: kept };
    },
    saveTrials: () => Promise.resolve(),
    saveTimeline: () => Promise.resolve(),
    saveResources: () => Promise.resolve(),
    list: () => Promise.resolve({ ids: [...runs.keys()].sort().reverse(), strangers: [] }),
    unfinished: (ids) => Promise.resolve(ids.filter((id) => runs.get(id)?.record === undefined)),
    opened(id) {
      const run = runs.get(id)?.opened;
      return Promise.resolve(run && { run, folder: `/results/${id}` });
    },
    record(id) {
      const record = runs.get(id)?.record;
      return Promise.resolve(record && { record });
    },
  };
}
