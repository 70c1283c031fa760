import type { RunId, RunRecord } from "../model/index.ts";
import { readRecord } from "./read.ts";
import { byScenario, runNames } from "./run-names.ts";

export interface NewestOptions {
  /** Most folders looked at for each scenario; absent: 20, and fewer (4 at least) where there are hundreds of them. */
  readonly perScenario?: number;
  /** Only these scenarios; absent: all that have run. */
  readonly scenarios?: readonly string[];
}

export interface NewestRecords {
  /** Newest first. */
  readonly records: readonly RunRecord[];
  /** Of each folder without a readable record: a run is at work there, or died, or its file is damaged. */
  readonly problems: readonly { readonly id: RunId; readonly problem: string }[];
}

const [FEWEST_LOOKS, MOST_LOOKS] = [4, 20];
/** A quarter of a millisecond each: what a start can wait for. */
const LOOKS_IN_ALL = 2000;
/** Files read at the same time. */
const AT_ONCE = 32;

/**
 * The newest records of each scenario, for what must be known at the start: reads a few files however many runs are
 * kept, because names tell scenario and time. A trigger that did not occur among these folders is not found.
 */
export async function newestRecords(
  folder: string,
  { perScenario, scenarios }: NewestOptions = {},
): Promise<NewestRecords | { readonly problem: string }> {
  const names = await runNames(folder);
  if ("problem" in names) return names;
  const groups = byScenario(names.ids);
  const wanted = scenarios ?? [...groups.keys()];
  const share = Math.floor(LOOKS_IN_ALL / Math.max(1, wanted.length));
  const looks = perScenario ?? Math.max(FEWEST_LOOKS, Math.min(MOST_LOOKS, share));
  const ids = wanted.flatMap((scenario) => (groups.get(scenario) ?? []).slice(0, looks));
  const records: RunRecord[] = [];
  const problems: { readonly id: RunId; readonly problem: string }[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const batch = ids.slice(at, at + AT_ONCE);
    const found = await Promise.all(batch.map(async (id) => ({ id, read: await readRecord(folder, id) })));
    for (const { id, read } of found) {
      if ("record" in read) records.push(read.record);
      else problems.push({ id, problem: read.problem });
    }
  }
  return { records: records.sort((a, b) => (a.id < b.id ? 1 : -1)), problems };
}
