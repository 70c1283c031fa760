import { chmod } from "node:fs/promises";
import { ensureFolder, fileProblem, type FileProblem } from "./files.ts";

/** Makes the folder if it is missing and closes it to everybody but its owner, whoever made it. */
export async function ensurePrivateFolder(path: string): Promise<{ readonly problem?: FileProblem }> {
  const made = await ensureFolder(path, { mode: 0o700 });
  if (made.problem !== undefined) return made;
  try {
    await chmod(path, 0o700);
    return {};
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}
