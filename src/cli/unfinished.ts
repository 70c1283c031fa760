import type { Owner, RunId } from "../model/index.ts";
import { ownProcess } from "../platform/own-process.ts";
import { isAlive } from "../platform/process-identity.ts";
import { createRunFolders } from "../record/index.ts";
import { whereIs } from "../run/index.ts";

/** A run folder without a record, and what its process does, as far as this machine can tell. */
export interface UnfinishedRun {
  readonly id: RunId;
  readonly process: "at_work" | "gone" | "elsewhere" | "unknown";
  readonly pid?: number;
}

/** Run folders without a record, newest first, but for those that a daemon tells of itself. */
export async function unfinishedRuns(results: string, told: ReadonlySet<string>): Promise<readonly UnfinishedRun[]> {
  const folders = createRunFolders(results);
  const listed = await folders.list();
  if ("problem" in listed) return [];
  const own = await ownProcess();
  const found: UnfinishedRun[] = [];
  for (const id of await folders.unfinished(listed.ids.filter((one) => !told.has(one)))) {
    const owner = (await folders.opened(id))?.run.owner;
    if (owner === undefined) found.push({ id, process: "unknown" });
    else found.push({ id, process: await processOf(owner, own), pid: owner.pid });
  }
  return found;
}

async function processOf(owner: Owner, own: Owner): Promise<UnfinishedRun["process"]> {
  const where = whereIs(owner, own);
  if (where === "elsewhere") return where;
  return where === "here" && (await isAlive(owner)) ? "at_work" : "gone";
}

/** Most runs that one line names. */
const NAMED = 5;

const WORDS: Readonly<Record<UnfinishedRun["process"], string>> = {
  at_work: "at work",
  gone: "died; the next run keeps it as lost",
  elsewhere: "on another machine or in another container",
  unknown: "its folder does not say what it was to be",
};

/** All of them in one line. */
export function sentenceOf(runs: readonly UnfinishedRun[]): string {
  const named = runs.slice(0, NAMED).map(({ id, process, pid }) => {
    const where = process === "at_work" ? `, pid ${String(pid)}` : "";
    return `${id} (${WORDS[process]}${where})`;
  });
  const more = runs.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}.`;
}
