import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { fileProblem, type FileProblem } from "./files.ts";

const NEWLINE = "\n".charCodeAt(0);

/**
 * Adds one line to the end of a file, made if it is missing, and waits until the disk has it (the name too). What
 * somebody left half-written there stays a line of its own. One write by O_APPEND: of two processes, each adds a whole
 * line.
 */
export async function appendLine(path: string, line: string): Promise<{ readonly problem?: FileProblem }> {
  try {
    const file = await open(path, "a+");
    try {
      const { size } = await file.stat();
      const last = new Uint8Array(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const start = size > 0 && last[0] !== NEWLINE ? "\n" : "";
      await file.appendFile(`${start}${line}\n`, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    const folder = await open(dirname(path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return {};
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}
