import { readFile, readlink } from "node:fs/promises";

/** Where pids mean the same processes as here: this start of this system, in this container. */
export interface Place {
  readonly boot: string;
  /** Number of the pid namespace; every container has its own. */
  readonly namespace: string;
}

/** Undefined where the system does not tell: it has no containers of its own then. */
export async function ownPlace(): Promise<Place | undefined> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const namespace = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0];
    return namespace === undefined ? undefined : { boot: boot.trim(), namespace };
  } catch {
    return undefined;
  }
}
