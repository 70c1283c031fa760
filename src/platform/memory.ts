import { readFile } from "node:fs/promises";

/** How often the system's out-of-memory killer has struck since boot; undefined where it cannot be read. */
export async function outOfMemoryKills(): Promise<number | undefined> {
  try {
    const found = /^oom_kill (\d+)$/m.exec(await readFile("/proc/vmstat", "utf8"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** Memory that this machine, or the control group of this process, can still give, in bytes. */
export function availableMemoryBytes(): number {
  return process.availableMemory();
}
