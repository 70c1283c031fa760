import { join } from "node:path";
import type { Instant, RunId, RunRecord } from "../model/index.ts";
import { removeFolder, renamePath, statOf } from "../platform/files.ts";
import { readDecisions } from "./decisions.ts";
import { expired } from "./expired.ts";
import { runFolder } from "./folder.ts";
import { readRecord } from "./read.ts";
import { REMOVING, runNames } from "./run-names.ts";

export interface RetentionLimits {
  /** Most runs kept, over all scenarios. */
  readonly keepRuns: number;
  /** Days after its end that a run is kept. */
  readonly keepDays: number;
  readonly now: Instant;
  /** Most runs removed at once; the rest goes the next time. Absent: 1,000. */
  readonly atMost?: number;
}

export interface RetentionResult {
  /** For the store to forget. */
  readonly removed: readonly RunId[];
  /** What could not be removed, each one sentence. */
  readonly problems: readonly string[];
}

const AT_MOST = 1000;
/** Writing a page takes milliseconds. */
const WRITING_MS = 600_000;

/**
 * Removes the expired runs below `folder`; what is no readable record is never removed. Pinned baselines stay, and so
 * does everything while nobody can tell what is pinned.
 */
export async function applyRetention(folder: string, limits: RetentionLimits): Promise<RetentionResult> {
  const names = await runNames(folder);
  if ("problem" in names) return { removed: [], problems: [names.problem] };
  const problems = await removeLeftovers(folder, [
    ...names.removing,
    ...(await abandoned(folder, names.halfWritten, limits.now)),
  ]);
  const decisions = await readDecisions(folder);
  if ("problem" in decisions)
    return { removed: [], problems: [...problems, `${decisions.problem} Nothing is removed.`] };
  const read = async (id: RunId): Promise<RunRecord | undefined> => {
    const found = await readRecord(folder, id);
    return "record" in found ? found.record : undefined;
  };
  const { atMost = AT_MOST } = limits;
  const removed: RunId[] = [];
  for (const id of await expired(names.ids, read, { ...limits, atMost, pins: new Set(decisions.pins.keys()) })) {
    const problem = await removeRun(folder, id);
    if (problem === undefined) removed.push(id);
    else problems.push(problem);
  }
  return { removed, problems };
}

/** First out of sight by one rename, then away: a crash in between leaves no half run in the list. */
async function removeRun(folder: string, id: RunId): Promise<string | undefined> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return run.problem;
  const hidden = join(folder, `${REMOVING}${id}`);
  const renamed = await renamePath(run.folder, hidden);
  return (renamed.problem ?? (await removeFolder(hidden)).problem)?.text;
}

/** Files that nobody can still be writing: whoever was, has been killed. */
async function abandoned(folder: string, names: readonly string[], now: Instant): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => ({ name, at: await statOf(join(folder, name)) })));
  return found.flatMap(({ name, at }) => ("stat" in at && now - at.stat.modifiedAt > WRITING_MS ? [name] : []));
}

async function removeLeftovers(folder: string, names: readonly string[]): Promise<string[]> {
  const results = await Promise.all(names.map((name) => removeFolder(join(folder, name))));
  return results.flatMap((result) => (result.problem === undefined ? [] : [result.problem.text]));
}
