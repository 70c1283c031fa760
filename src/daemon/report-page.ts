import { join } from "node:path";
import type { RunId } from "../model/index.ts";
import { readTextFile } from "../platform/files.ts";
import { runFolder } from "../record/index.ts";
import { runReport } from "../report/index.ts";
import type { Parts } from "./parts.ts";

const MAX_BYTES = 32 * 1024 * 1024;

/** The page of a run, or of all when none is named, as it lies in results/; a run of another daemon is drawn anew. */
export async function reportPage(
  id: RunId | undefined,
  { configuration, store }: Pick<Parts, "configuration" | "store">,
): Promise<{ readonly html: string } | undefined> {
  const { folder } = configuration.current().results;
  if (id === undefined) return await pageIn(folder);
  const run = await runFolder(folder, id);
  const page = "folder" in run ? await pageIn(run.folder) : undefined;
  if (page !== undefined) return page;
  const found = await store.find(id).catch(() => undefined);
  return found !== undefined && "record" in found ? { html: runReport(found.record, undefined).markup } : undefined;
}

async function pageIn(folder: string): Promise<{ readonly html: string } | undefined> {
  const read = await readTextFile(join(folder, "report.html"), { maxBytes: MAX_BYTES });
  return "text" in read ? { html: read.text } : undefined;
}
