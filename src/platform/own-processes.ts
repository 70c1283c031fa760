import { readdir, readFile } from "node:fs/promises";
import type { ProcessIdentity } from "./process-identity.ts";

export interface OwnProcess extends ProcessIdentity {
  /** Pid of the process that leads its group. */
  readonly group: number;
  /** `NAME=value` as it was when its program began; undefined where the system does not show it. */
  readonly environment: readonly string[] | undefined;
}

/**
 * Processes of this user that live (a zombie does not), without this one; undefined where the system has no /proc to
 * tell them (macOS). One after the other: all at once would take a file descriptor for each.
 */
export async function ownProcesses(): Promise<readonly OwnProcess[] | undefined> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  if (pids.length === 0) return undefined;
  const found: OwnProcess[] = [];
  for (const pid of pids) {
    const one = pid === process.pid ? undefined : await ownProcess(pid);
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** Undefined when it is a stranger's, a zombie, or gone by now. */
async function ownProcess(pid: number): Promise<OwnProcess | undefined> {
  const read = (name: string): Promise<string> => readFile(`/proc/${String(pid)}/${name}`, "utf8");
  try {
    // Not the owner of the folder: that is root where a program hides its memory (one with capabilities).
    const uid = /^Uid:\s+(\d+)/m.exec(await read("status"))?.[1];
    if (uid === undefined || Number(uid) !== process.getuid?.()) return undefined;
    const stat = await read("stat");
    // The command name, in parentheses, may hold spaces: fields are counted from its end (proc(5): state, ppid, pgrp).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, group, startTime] = [fields[0], fields[2], fields[19]];
    if (state === "Z" || startTime === undefined) return undefined;
    const environment = await read("environ").then(
      (text) => text.split("\0"),
      () => undefined,
    );
    return { pid, startTime, group: Number(group), environment };
  } catch {
    return undefined;
  }
}
