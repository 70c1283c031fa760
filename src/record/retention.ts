import { join } from "node:path";
import type { Instant, RunRecord } from "../model/index.ts";
import { listFolder, removeFolder, renamePath } from "../platform/files.ts";
import { runFolder } from "./folder.ts";
import { listRecords } from "./read.ts";

export interface RetentionLimits {
  /** Most records kept, over all scenarios. */
  readonly keepRuns: number;
  /** Days after its end that a record is kept. */
  readonly keepDays: number;
  readonly now: Instant;
}

export interface RetentionResult {
  readonly removed: readonly string[];
  /** What could not be removed, each one sentence. */
  readonly problems: readonly string[];
}

const DAY_MS = 86_400_000;
const REMOVING = ".removing-";

/**
 * Ids of the records that may go: too old, or beyond the newest `keepRuns`. Never the newest record nor the newest
 * failure of a scenario, however old: they are what somebody looks for first.
 */
export function expired(records: readonly RunRecord[], limits: RetentionLimits): readonly string[] {
  const newestFirst = [...records].sort((a, b) => (a.id < b.id ? 1 : -1));
  const kept = new Set([...firstOfEachScenario(newestFirst), ...firstOfEachScenario(newestFirst.filter(isFailure))]);
  const oldest = limits.now - limits.keepDays * DAY_MS;
  return newestFirst
    .filter((record, index) => index >= limits.keepRuns || Date.parse(record.ended_at) < oldest)
    .map((record) => record.id)
    .filter((id) => !kept.has(id));
}

function isFailure(record: RunRecord): boolean {
  return record.verdict === "fail" || record.state === "error" || record.state === "lost";
}

function firstOfEachScenario(newestFirst: readonly RunRecord[]): readonly string[] {
  const first = new Map<string, string>();
  for (const record of newestFirst) if (!first.has(record.scenario)) first.set(record.scenario, record.id);
  return [...first.values()];
}

/** Removes the expired runs below `folder`; what is no readable record is never removed. */
export async function applyRetention(folder: string, limits: RetentionLimits): Promise<RetentionResult> {
  const listed = await listRecords(folder);
  if ("problem" in listed) return { removed: [], problems: [listed.problem] };
  const removed: string[] = [];
  const problems: string[] = await removeLeftovers(folder);
  for (const id of expired(listed.records, limits)) {
    const problem = await removeRun(folder, id);
    if (problem === undefined) removed.push(id);
    else problems.push(problem);
  }
  return { removed, problems };
}

/** First out of sight by one rename, then away: a crash in between leaves no half run in the list. */
async function removeRun(folder: string, id: string): Promise<string | undefined> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return run.problem;
  const hidden = join(folder, `${REMOVING}${id}`);
  const renamed = await renamePath(run.folder, hidden);
  return (renamed.problem ?? (await removeFolder(hidden)).problem)?.text;
}

async function removeLeftovers(folder: string): Promise<string[]> {
  const listed = await listFolder(folder);
  if ("problem" in listed) return [];
  const names = listed.entries.map((entry) => entry.name).filter((name) => name.startsWith(REMOVING));
  const results = await Promise.all(names.map((name) => removeFolder(join(folder, name))));
  return results.flatMap((result) => (result.problem === undefined ? [] : [result.problem.text]));
}
