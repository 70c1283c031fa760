import { join } from "node:path";
import type { Clock, RunId } from "../../model/index.ts";
import { listFolder, readTextFile, removeFolder, writeFileAtomic } from "../../platform/files.ts";
import { ownProcesses, type OwnProcess } from "../../platform/own-processes.ts";
import { isAlive, type ProcessIdentity } from "../../platform/process-identity.ts";
import { signalGroup } from "../../platform/process.ts";
import { signalProcess } from "../../platform/signals.ts";
import { RUN_ID } from "../inherited.ts";

// A daemon can die at once while its k6 goes on sending. Who comes after it ends that load: found by the run id that
// every process of the run has in its environment, and by a note in the run's folder where no environment can be read.

const NOTE = "engine.json";
const MAX_NOTE_BYTES = 4096;
/** What `writeFileAtomic` leaves when it is cut off, and the file of the secrets. */
const REMAINS = /^\.secrets$|\.[0-9a-f]{12}\.tmp$/;
const POLL_MS = 50;
/** How long each signal may take. TERM once: nobody will read a summary, but a teardown may have to tidy up. */
const ROUNDS = [
  { signal: "SIGTERM", waitMs: 5000 },
  { signal: "SIGKILL", waitMs: 2000 },
  { signal: "SIGKILL", waitMs: 2000 }, // what was started in between
] as const;

/** Writes down which process makes the load of a run; without effect on the run where that fails. */
export async function noteEngine(folder: string, run: RunId, identity: ProcessIdentity): Promise<void> {
  const text = JSON.stringify({ run, pid: identity.pid, start_time: identity.startTime });
  await writeFileAtomic(join(folder, NOTE), `${text}\n`);
}

export async function forgetEngine(folder: string): Promise<void> {
  await removeFolder(join(folder, NOTE));
}

export interface LeftOverDeps {
  readonly clock: Clock;
  /** How long after TERM what is left is killed, in milliseconds; given by tests only. */
  readonly graceMs?: number;
}

/** Ends every process of this run, and takes away the secrets and half files that nobody will any more. */
export async function endLeftOver(id: RunId, folder: string, deps: LeftOverDeps): Promise<{ readonly ended: number }> {
  const noted = await readNote(folder, id);
  const known = new Map<string, LeftOver>();
  for (const { signal, waitMs } of ROUNDS) {
    for (const one of await findLeftOver(id, noted)) known.set(keyOf(one), one);
    const alive = await living([...known.values()]);
    if (alive.length === 0) break;
    await send(alive, signal);
    await untilGone(alive, signal === "SIGTERM" ? (deps.graceMs ?? waitMs) : waitMs, deps.clock);
  }
  await removeRemains(folder);
  return { ended: known.size - (await living([...known.values()])).length };
}

interface LeftOver extends ProcessIdentity {
  readonly group: number;
}

const keyOf = ({ pid, startTime }: ProcessIdentity): string => `${String(pid)}:${startTime}`;

async function findLeftOver(id: RunId, noted: ProcessIdentity | undefined): Promise<readonly LeftOver[]> {
  const own = await ownProcesses();
  // Where there is no /proc, what was noted is all that can be known; it leads the group it was started in.
  if (own !== undefined) return chooseLeftOver(own, id, noted);
  return noted !== undefined && (await isAlive(noted)) ? [{ ...noted, group: noted.pid }] : [];
}

/**
 * Processes of the run, and whoever is in a group that one of them leads. What carries the run's id is its own; the
 * noted process counts only where its environment cannot be read.
 */
export function chooseLeftOver(
  own: readonly OwnProcess[],
  id: RunId,
  noted: ProcessIdentity | undefined,
): readonly LeftOver[] {
  const mark = `${RUN_ID}=${id}`;
  const isNoted = (one: OwnProcess): boolean => noted !== undefined && keyOf(one) === keyOf(noted);
  const sure = own.filter((one) => one.environment?.includes(mark) ?? isNoted(one));
  const leaders = new Set(sure.filter(({ pid, group }) => pid === group).map(({ pid }) => pid));
  return own.filter((one) => sure.includes(one) || leaders.has(one.group));
}

async function living(all: readonly LeftOver[]): Promise<readonly LeftOver[]> {
  const alive = await Promise.all(all.map(isAlive));
  return all.filter((_, index) => alive[index]);
}

/** Once to each: to the group where its leader is among them, else to the process alone. */
async function send(to: readonly LeftOver[], signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const leaders = new Set(to.filter(({ pid, group }) => pid === group).map(({ pid }) => pid));
  for (const pid of leaders) signalGroup(pid, signal);
  for (const one of to) if (!leaders.has(one.group)) await signalProcess(one, signal);
}

async function untilGone(all: readonly LeftOver[], waitMs: number, clock: Clock): Promise<void> {
  for (let waited = 0; waited < waitMs; waited += POLL_MS) {
    if ((await living(all)).length === 0) return;
    await clock.sleep(POLL_MS);
  }
}

async function readNote(folder: string, run: RunId): Promise<ProcessIdentity | undefined> {
  const file = await readTextFile(join(folder, NOTE), { maxBytes: MAX_NOTE_BYTES });
  if ("problem" in file) return undefined;
  try {
    const note = JSON.parse(file.text) as { run?: unknown; pid?: unknown; start_time?: unknown } | null;
    if (note?.run !== run || !Number.isSafeInteger(note.pid) || typeof note.start_time !== "string") return undefined;
    const pid = note.pid as number;
    return pid > 1 ? { pid, startTime: note.start_time } : undefined; // 0 and less would mean groups, to kill(2)
  } catch {
    return undefined;
  }
}

async function removeRemains(folder: string): Promise<void> {
  await forgetEngine(folder);
  const list = await listFolder(folder);
  if ("problem" in list) return;
  for (const { name } of list.entries) if (REMAINS.test(name)) await removeFolder(join(folder, name));
}
