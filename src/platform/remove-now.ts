import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Removes the files of a folder whose names begin so, before it returns: for the last moment of a process, in which
 * nothing is awaited any more. What cannot be removed stays.
 */
export function removeNow(folder: string, prefix: string): void {
  for (const name of namesIn(folder)) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // on a disk that takes nothing more; whoever tidies up the run later tries again
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
