import { isRunId, type RunId } from "../model/index.ts";
import { listFolder } from "../platform/files.ts";
import { isHalfWritten } from "./folder.ts";

/** A folder on its way out begins with this; one that is found was left by a crash. */
export const REMOVING = ".removing-";

export interface RunNames {
  /** Newest first. */
  readonly ids: readonly RunId[];
  /** Names of folders that retention did not finish removing. */
  readonly removing: readonly string[];
  /** Files of ours that somebody is writing, or never will to the end. */
  readonly halfWritten: readonly string[];
}

/** Ids of the run folders below `folder`: from their names alone, whatever is in them. */
export async function runNames(folder: string): Promise<RunNames | { readonly problem: string }> {
  const listed = await listFolder(folder);
  if ("problem" in listed) {
    if (listed.problem.kind === "missing") return { ids: [], removing: [], halfWritten: [] };
    return { problem: `The results cannot be listed: ${listed.problem.text}` };
  }
  const ids = listed.entries.flatMap(({ name, kind }) => (kind === "folder" && isRunId(name) ? [name] : []));
  const removing = listed.entries.map(({ name }) => name).filter((name) => name.startsWith(REMOVING));
  const halfWritten = listed.entries.filter(isHalfWritten).map(({ name }) => name);
  return { ids: ids.reverse(), removing, halfWritten };
}

const STAMP_LENGTH = "20261123T020000Z".length;

/** What lies between the time and the suffix, which has no hyphen and has not always had the same length. */
export function scenarioOf(id: RunId): string {
  return id.slice(STAMP_LENGTH + 1, id.lastIndexOf("-"));
}

/** The ids of each scenario, in the order given. */
export function byScenario(ids: readonly RunId[]): ReadonlyMap<string, readonly RunId[]> {
  const groups = new Map<string, RunId[]>();
  for (const id of ids) {
    const group = groups.get(scenarioOf(id));
    if (group === undefined) groups.set(scenarioOf(id), [id]);
    else group.push(id);
  }
  return groups;
}
