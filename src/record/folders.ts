import { join } from "node:path";
import { isRunId, reason, type RunFolders, type RunId } from "../model/index.ts";
import { exists, listFolder, readTextFile } from "../platform/files.ts";
import { nextTurn, whichExist } from "../platform/present.ts";
import { isOurs, RECORD_FILE, REQUEST_FILE, runFolder } from "./folder.ts";
import { readRecord } from "./read.ts";
import { parseRequest } from "./request.ts";

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Files looked at before others get their turn. */
const AT_ONCE = 256;

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
    async opened(id) {
      const run = await runFolder(folder, id);
      if ("problem" in run) return undefined;
      const read = await readTextFile(join(run.folder, REQUEST_FILE), { maxBytes: MAX_REQUEST_BYTES });
      const opened = "text" in read ? parseRequest(read.text) : undefined;
      return opened?.id === id ? { folder: run.folder, run: opened } : undefined;
    },
    async record(id) {
      const read = await readRecord(folder, id);
      if ("record" in read) return read;
      return (await exists(join(folder, id, RECORD_FILE))) ? read : undefined;
    },
  };
}
