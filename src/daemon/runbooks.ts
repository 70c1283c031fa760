import { join } from "node:path";
import { readTextFile } from "../platform/files.ts";
import { runbookPage } from "../report/index.ts";

const MAX_BYTES = 1_000_000;

/** A runbook of this folder as a page; undefined when there is none of this name, which the gate has checked. */
export async function runbook(folder: string, name: string): Promise<{ readonly html: string } | undefined> {
  const read = await readTextFile(join(folder, name), { maxBytes: MAX_BYTES });
  return "text" in read ? { html: runbookPage(read.text).markup } : undefined;
}
