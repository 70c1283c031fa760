import { createHash } from "node:crypto";
import { MAX_PROMPT_FILE_BYTES } from "../workload/prompt-lines.ts";
import type { ConfigFiles } from "./context.ts";

/** Reads a prompt file as it is when a run begins; the problem is one sentence with its path. */
export function promptFileReader({ readTextFile }: Pick<ConfigFiles, "readTextFile">) {
  return async (
    path: string,
  ): Promise<{ readonly text: string; readonly sha256: string } | { readonly problem: string }> => {
    const read = await readTextFile(path, { maxBytes: MAX_PROMPT_FILE_BYTES });
    if ("problem" in read) return { problem: `The prompt file cannot be read: ${read.problem.text}` };
    return { text: read.text, sha256: createHash("sha256").update(read.text).digest("hex") };
  };
}
