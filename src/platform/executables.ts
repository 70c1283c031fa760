import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Why a file cannot be run, or undefined when it can. */
export async function whyNotExecutable(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).isDirectory()) return `${path} is a folder, not a program`;
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === "EACCES" ? `${path} is not executable` : `${path} does not exist`;
  }
}

/** Every runnable file called `name`, in the order of `searchPath` (a PATH text) and then of `folders`. */
export async function findExecutables(name: string, searchPath: string, folders: readonly string[]): Promise<string[]> {
  const all = [...searchPath.split(delimiter).filter((folder) => folder !== ""), ...folders];
  const paths = [...new Set(all.map((folder) => join(folder, name)))];
  const problems = await Promise.all(paths.map(whyNotExecutable));
  return paths.filter((_, index) => problems[index] === undefined);
}
