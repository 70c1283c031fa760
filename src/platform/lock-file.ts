import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { listFolder } from "./files.ts";
import { answersIn, listenIn } from "./folder-socket.ts";
import { ownPlace } from "./place.ts";
import { startTimeOf } from "./process-identity.ts";

export type Locked =
  | { readonly release: () => Promise<void> }
  /** A living process holds it; `elsewhere`: in another container, where the pid means something else than here. */
  | { readonly holder: number; readonly elsewhere: boolean };

/** With the pid namespace, if the system tells it: every container has a process 1. */
const NAME = /^daemon-(\d+)(?:-(\d+))?\.lock$/;

/** A process that wants the folder, or has it. */
interface Claimant {
  readonly pid: number;
  readonly namespace: string;
}

/**
 * Lets one living process use a folder. Each process puts down a file of its own first and looks at the others' then:
 * nothing is ever taken out of another's hands, so two that start at once can both be refused but never both let in.
 * A file whose process is gone is removed by whoever meets it: pid and start time tell it of a process of the same
 * container; one of another container on the same volume answers on a socket beside its file for as long as it lives.
 */
export async function lockFolder(folder: string): Promise<Locked> {
  const own: Claimant = { pid: process.pid, namespace: (await ownPlace())?.namespace ?? "" };
  const startTime = (await startTimeOf(own.pid)) ?? "";
  const mine = { holder: own.pid, elsewhere: false };
  if ((await readOrEmpty(lockPath(folder, own))) === startTime && startTime !== "") return mine;
  await remove(folder, own); // of an earlier process with our pid
  const stopAnswering = await listenIn(folder, socketOf(own));
  const release = async (): Promise<void> => {
    await stopAnswering();
    await remove(folder, own);
  };
  if (!(await putDown(lockPath(folder, own), startTime))) {
    await stopAnswering();
    return mine;
  }
  const other = await otherHolder(folder, own);
  if (other === undefined) return { release };
  await release();
  return { holder: other.pid, elsewhere: isElsewhere(other, own) };
}

function nameOf({ pid, namespace }: Claimant): string {
  return `daemon-${pid}${namespace === "" ? "" : `-${namespace}`}`;
}

function lockPath(folder: string, claimant: Claimant): string {
  return join(folder, `${nameOf(claimant)}.lock`);
}

function socketOf(claimant: Claimant): string {
  return `${nameOf(claimant)}.socket`;
}

async function remove(folder: string, claimant: Claimant): Promise<void> {
  await rm(lockPath(folder, claimant), { force: true });
  await rm(join(folder, socketOf(claimant)), { force: true });
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

async function otherHolder(folder: string, own: Claimant): Promise<Claimant | undefined> {
  const listed = await listFolder(folder);
  if ("problem" in listed) return undefined;
  for (const { name } of listed.entries) {
    const [file, pid, namespace = ""] = NAME.exec(name) ?? [];
    const other = { pid: Number(pid), namespace };
    if (file === undefined || file === `${nameOf(own)}.lock`) continue;
    const answers = isElsewhere(other, own)
      ? await answersIn(folder, socketOf(other))
      : await isAliveHere(folder, other);
    if (answers) return other;
    await remove(folder, other);
  }
  return undefined;
}

/** A file without a namespace is of an older version, or of a system that has none. */
function isElsewhere(other: Claimant, own: Claimant): boolean {
  return other.namespace !== "" && other.namespace !== own.namespace;
}

async function isAliveHere(folder: string, other: Claimant): Promise<boolean> {
  const running = await startTimeOf(other.pid);
  const noted = await readOrEmpty(lockPath(folder, other));
  // An empty file was put down this very moment.
  return running !== undefined && (noted === "" || noted === running);
}

async function readOrEmpty(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}
