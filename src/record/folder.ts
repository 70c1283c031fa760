/** The results folder and the paths in it: nothing outside it is ever read, written or removed. */
import { join } from "node:path";
import { isRunId, reason, type Reason, type RunId } from "../model/index.ts";
import { ensureFolder, probeWritable, realPath, statOf, type Entry } from "../platform/files.ts";

export const REQUEST_FILE = "request.json";
export const RECORD_FILE = "record.json";
export const TRIALS_FILE = "trials.json";
export const TIMELINE_FILE = "timeline.json";
export const RESOURCES_FILE = "resources.json";
export const REPORT_FILE = "report.html";

/** Files of ours that lie in results/ beside the runs. */
export const KNOWN_FILES: readonly string[] = [REPORT_FILE, "decisions.jsonl"];

/** What `writeFileAtomic` leaves when it is cut off. */
const HALF_WRITTEN = /\.[0-9a-f]{12}\.tmp$/;

/** Ours, and no run: not to be listed with them. */
export function isOurs(entry: Entry): boolean {
  return entry.name.startsWith(".") || KNOWN_FILES.includes(entry.name.replace(HALF_WRITTEN, ""));
}

/** A file of ours that is being written, or never will be. */
export function isHalfWritten(entry: Entry): boolean {
  return entry.kind === "file" && HALF_WRITTEN.test(entry.name) && isOurs(entry);
}

/** Makes the results folder if it is missing; refuses, naming the path, what cannot safely hold results. */
export async function prepareResults(folder: string): Promise<{ readonly problem?: Reason }> {
  const found = await statOf(folder);
  if ("stat" in found && found.stat.kind === "link") {
    const real = await realPath(folder);
    const to = "path" in real ? real.path : "nothing";
    return refuse(
      `The results folder ${folder} is a symbolic link to ${to}; name the folder itself as results.folder.`,
    );
  }
  if ("stat" in found && found.stat.kind !== "folder") {
    return refuse(`The results folder ${folder} is not a folder; move that file away or name another results.folder.`);
  }
  const made = await ensureFolder(folder);
  const problem = made.problem ?? (await probeWritable(folder)).problem;
  if (problem === undefined) return {};
  return refuse(`Results cannot be written: ${problem.text} Make ${folder} writable or name another results.folder.`);
}

function refuse(text: string): { readonly problem: Reason } {
  return { problem: reason("storage", text) };
}

/** The real folder of a run that exists, or why there is none: `id` may be any text from outside. */
export async function runFolder(
  results: string,
  id: string,
): Promise<{ readonly folder: string; readonly id: RunId } | { readonly problem: string }> {
  if (!isRunId(id)) return { problem: `${JSON.stringify(id)} is not a run id; chatbench runs lists them.` };
  const base = await realPath(results);
  if ("problem" in base) return { problem: `There are no results: ${base.problem.text}` };
  const real = await realPath(join(base.path, id));
  if ("problem" in real) return { problem: `There is no run ${id} in ${results}.` };
  if (real.path !== join(base.path, id)) return { problem: `The run ${id} leads out of ${results} and is not read.` };
  return { folder: real.path, id };
}
