import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { listFolder } from "./files.ts";
import { startTimeOf } from "./process-identity.ts";

export type Locked =
  | { readonly release: () => Promise<void> }
  /** A living process holds it. */
  | { readonly holder: number };

const NAME = /^daemon-(\d+)\.lock$/;

/**
 * Lets one living process use a folder. Each process puts down a file of its own first and looks at the others' then:
 * nothing is ever taken out of another's hands, so two that start at once can both be refused but never both let in.
 * A file whose process is gone (pid and start time) is removed by whoever meets it.
 */
export async function lockFolder(folder: string): Promise<Locked> {
  const own = lockPath(folder, process.pid);
  const startTime = (await startTimeOf(process.pid)) ?? "";
  if ((await readOrEmpty(own)) === startTime && startTime !== "") return { holder: process.pid };
  await rm(own, { force: true }); // of an earlier process with our pid
  if (!(await putDown(own, startTime))) return { holder: process.pid };
  const holder = await otherHolder(folder);
  if (holder === undefined) return { release: async () => await rm(own, { force: true }) };
  await rm(own, { force: true });
  return { holder };
}

function lockPath(folder: string, pid: number): string {
  return join(folder, `daemon-${pid}.lock`);
}

async function putDown(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(text, "utf8");
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function otherHolder(folder: string): Promise<number | undefined> {
  const listed = await listFolder(folder);
  if ("problem" in listed) return undefined;
  for (const { name } of listed.entries) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    const running = await startTimeOf(pid);
    const noted = await readOrEmpty(lockPath(folder, pid));
    // An empty file was put down this very moment.
    if (running !== undefined && (noted === "" || noted === running)) return pid;
    await rm(lockPath(folder, pid), { force: true });
  }
  return undefined;
}

async function readOrEmpty(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}
