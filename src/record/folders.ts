import { join } from "node:path";
import { isRunId, reason, type OpenedFolder, type RunFolders, type RunId, type TrialsSoFar } from "../model/index.ts";
import { exists, listFolder, readTextFile } from "../platform/files.ts";
import { nextTurn, whichExist } from "../platform/present.ts";
import { isOurs, RECORD_FILE, REQUEST_FILE, runFolder, TRIALS_FILE } from "./folder.ts";
import { readRecord } from "./read.ts";
import { parseRequest } from "./request.ts";
import { parseTrials } from "./trial-shape.ts";

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const MAX_TRIALS_BYTES = 64 * 1024 * 1024;
/** Files looked at before others get their turn. */
const AT_ONCE = 256;

async function readOpened(folder: string, id: RunId): Promise<OpenedFolder | undefined> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return undefined;
  const read = await readTextFile(join(run.folder, REQUEST_FILE), { maxBytes: MAX_REQUEST_BYTES });
  const opened = "text" in read ? parseRequest(read.text) : undefined;
  if (opened?.id !== id) return undefined;
  const soFar = await readTrials(join(run.folder, TRIALS_FILE));
  return { folder: run.folder, run: opened, ...(soFar && { soFar }) };
}

/** Undefined where there are none, or none that can be read. */
async function readTrials(path: string): Promise<TrialsSoFar | undefined> {
  const read = await readTextFile(path, { maxBytes: MAX_TRIALS_BYTES });
  return "text" in read ? parseTrials(read.text) : undefined;
}

/** The run folders below `folder` (absolute), which others write, remove and damage while we look. */
export function createRunFolders(folder: string): RunFolders {
  return {
    async list() {
      const listed = await listFolder(folder);
      if ("problem" in listed) {
        if (listed.problem.kind === "missing") return { ids: [], strangers: [] };
        return { problem: reason("storage", `The results cannot be listed: ${listed.problem.text}`) };
      }
      const ids: RunId[] = [];
      const strangers: { name: string; problem: string }[] = [];
      for (const { name, kind } of listed.entries.filter((entry) => !isOurs(entry)).reverse()) {
        if (kind === "folder" && isRunId(name)) ids.push(name);
        else strangers.push({ name, problem: `${join(folder, name)} is not the folder of a run.` });
      }
      return { ids, strangers };
    },
    async unfinished(ids) {
      const found: RunId[] = [];
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const batch = ids.slice(at, at + AT_ONCE);
        const there = whichExist(batch.map((id) => join(folder, id, RECORD_FILE)));
        found.push(...batch.filter((id) => !there.has(join(folder, id, RECORD_FILE))));
        await nextTurn();
      }
      return found;
    },
    opened: (id) => readOpened(folder, id),
    async record(id) {
      const read = await readRecord(folder, id);
      if ("record" in read) return read;
      return (await exists(join(folder, id, RECORD_FILE))) ? read : undefined;
    },
  };
}
