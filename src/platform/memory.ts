import { readFile } from "node:fs/promises";
import { freemem } from "node:os";

/** How often the system's out-of-memory killer has struck since boot; undefined where it cannot be read. */
export async function outOfMemoryKills(): Promise<number | undefined> {
  try {
    const found = /^oom_kill (\d+)$/m.exec(await readFile("/proc/vmstat", "utf8"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/**
 * Memory that this machine can still give, in bytes, and no more than the control group of this process may have in all.
 * What the group uses is not taken off: the kernel counts the page cache of its files there, which it gives back.
 */
export function availableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, freemem()) : freemem();
}
