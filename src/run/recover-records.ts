import { StoreUnavailable, type Clock, type RunFolders, type RunId, type RunStore } from "../model/index.ts";

/** Runs asked for at a time: their records are the only ones in memory. */
const BATCH = 500;
const RETRY_MS = 5_000;

export interface RebuildDeps {
  readonly folders: RunFolders;
  readonly store: Pick<RunStore, "missing" | "finish">;
  readonly clock: Clock;
  /** Ends it between two records. */
  readonly signal?: AbortSignal;
  /** Called as it goes on. */
  readonly onProgress?: (counts: RebuildCounts) => void;
}

export interface RebuildCounts {
  /** Run folders looked at. */
  readonly folders: number;
  /** Records that the store did not have and has now. */
  readonly stored: number;
  /** Folders without a record: a run is at work there, or died. */
  readonly unfinished: number;
}

export interface Rebuilt extends RebuildCounts {
  /** What is no readable record; it stays where it is. */
  readonly quarantined: readonly { readonly name: string; readonly problem: string }[];
  /** The results could not be listed at all. */
  readonly problem?: string;
}

/**
 * Stores every record on the disk that the store does not have: runs of the command line, runs that ended while the
 * database was away, or all of them when it is new. Can be repeated and broken off at any moment.
 */
export async function rebuild(deps: RebuildDeps): Promise<Rebuilt> {
  const listed = await deps.folders.list();
  const none = { folders: 0, stored: 0, unfinished: 0 };
  if ("problem" in listed) return { ...none, quarantined: [], problem: listed.problem.text };
  const quarantined = [...listed.strangers];
  let counts: RebuildCounts = none;
  for (let at = 0; at < listed.ids.length && deps.signal?.aborted !== true; at += BATCH) {
    const ids = listed.ids.slice(at, at + BATCH);
    const batch = await storeMissing(ids, deps, quarantined);
    counts = {
      folders: counts.folders + ids.length,
      stored: counts.stored + batch.stored,
      unfinished: counts.unfinished + batch.unfinished,
    };
    deps.onProgress?.(counts);
  }
  return { ...counts, quarantined };
}

async function storeMissing(
  ids: readonly RunId[],
  { folders, store, signal }: RebuildDeps,
  quarantined: { readonly name: string; readonly problem: string }[],
): Promise<Omit<RebuildCounts, "folders">> {
  let [stored, unfinished] = [0, 0];
  for (const id of await store.missing(ids)) {
    if (signal?.aborted === true) break;
    const read = await folders.record(id);
    if (read === undefined) unfinished += 1;
    else if ("problem" in read) quarantined.push({ name: id, problem: read.problem });
    else {
      await store.finish(read.record);
      stored += 1;
    }
  }
  return { stored, unfinished };
}

/** The same in the background of a daemon: where the database goes away, it begins again until it has come through. */
export async function rebuildPatiently(deps: RebuildDeps): Promise<Rebuilt | undefined> {
  while (deps.signal?.aborted !== true) {
    try {
      return await rebuild(deps);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await deps.clock.sleep(RETRY_MS, deps.signal).catch(() => undefined);
    }
  }
  return undefined;
}
