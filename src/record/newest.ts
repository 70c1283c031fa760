import { isOfFuture, type Instant, type RunId, type RunRecord } from "../model/index.ts";
import { readRecord } from "./read.ts";
import { byScenario, runNames } from "./run-names.ts";

export interface NewestOptions {
  /** Runs that a wrong clock named beyond it are looked at last; absent: no run is of the future. */
  readonly now?: Instant;
  /** Most folders looked at for each scenario; absent: 20, and fewer (4 at least) where there are hundreds of them. */
  readonly perScenario?: number;
  /** Only these scenarios; absent: all that have run. */
  readonly scenarios?: readonly string[];
  /** But for these. */
  readonly without?: ReadonlySet<string>;
  /** Whether older folders of a scenario are to be looked at too, after those of `records`: as long as it says so. */
  readonly wantsMore?: (scenario: string, records: readonly RunRecord[]) => boolean;
}

export interface NewestRecords {
  /** Newest first. */
  readonly records: readonly RunRecord[];
  /** Of each folder without a readable record: a run is at work there, or died, or its file is damaged. */
  readonly problems: readonly { readonly id: RunId; readonly problem: string }[];
}

const [FEWEST_LOOKS, MOST_LOOKS] = [4, 20];
/** A quarter of a millisecond each: what a start can wait for. As many again are looked at where more is wanted. */
const LOOKS_IN_ALL = 2000;
/** Files read at the same time. */
const AT_ONCE = 32;

/**
 * The newest records of each scenario, for what must be known at the start: reads a few files however many runs are
 * kept, because names tell scenario and time. A trigger that did not occur among these folders is not found, unless
 * `wantsMore` asks for it.
 */
export async function newestRecords(
  folder: string,
  { perScenario, scenarios, without, wantsMore = () => false, now = Infinity }: NewestOptions = {},
): Promise<NewestRecords | { readonly problem: string }> {
  const names = await runNames(folder);
  if ("problem" in names) return names;
  const isWrong = (id: RunId): boolean => isOfFuture(id, now);
  const groups = byScenario([...names.ids.filter((id) => !isWrong(id)), ...names.ids.filter(isWrong)]);
  const wanted = (scenarios ?? [...groups.keys()]).filter((scenario) => without?.has(scenario) !== true);
  const share = Math.floor(LOOKS_IN_ALL / Math.max(1, wanted.length));
  const looks = perScenario ?? Math.max(FEWEST_LOOKS, Math.min(MOST_LOOKS, share));
  const ids = wanted.flatMap((scenario) => (groups.get(scenario) ?? []).slice(0, looks));
  const found: Found = { records: [], problems: [] };
  await look(folder, ids, found);
  let left = LOOKS_IN_ALL;
  for (const scenario of wanted) {
    const older = (groups.get(scenario) ?? []).slice(looks);
    const own = found.records.filter((record) => record.scenario === scenario);
    left -= await lookOn(folder, older.slice(0, left), { own, found, wantsMore: () => wantsMore(scenario, own) });
  }
  return { records: found.records.sort((a, b) => (a.id < b.id ? 1 : -1)), problems: found.problems };
}

interface Found {
  readonly records: RunRecord[];
  readonly problems: NewestRecords["problems"][number][];
}

/** Adds what the folders hold. */
async function look(folder: string, ids: readonly RunId[], { records, problems }: Found): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const batch = ids.slice(at, at + AT_ONCE);
    const read = await Promise.all(batch.map(async (id) => ({ id, found: await readRecord(folder, id) })));
    for (const { id, found } of read) {
      if ("record" in found) records.push(found.record);
      else problems.push({ id, problem: found.problem });
    }
  }
}

interface Further {
  readonly own: RunRecord[];
  readonly found: Found;
  readonly wantsMore: () => boolean;
}

/** Looks at older folders, newest first, until nothing more is wanted; gives how many it looked at. */
async function lookOn(folder: string, ids: readonly RunId[], { own, found, wantsMore }: Further): Promise<number> {
  let at = 0;
  for (; at < ids.length && wantsMore(); at += AT_ONCE) {
    const more: Found = { records: [], problems: found.problems };
    await look(folder, ids.slice(at, at + AT_ONCE), more);
    own.push(...more.records);
    found.records.push(...more.records);
  }
  return Math.min(at, ids.length);
}
