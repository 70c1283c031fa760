import { join } from "node:path";
import { z } from "zod";
import { readTextFile, removeFolder, writeFileAtomic, type FileProblem } from "../platform/files.ts";
import { isAlive } from "../platform/process-identity.ts";

/** How other commands find the daemon that keeps this results folder. */
export interface DaemonState {
  readonly pid: number;
  readonly startTime: string;
  /** On this machine: the loopback address even where it listens on all. */
  readonly url: string;
  /** What changes anything wants it. */
  readonly token: string;
  /** Absent: it speaks plain HTTP. */
  readonly tls?: DaemonTls;
}

/** How a command of this machine knows the daemon behind the loopback address, whoever signed its certificate. */
export interface DaemonTls {
  /** SHA-256 of its certificate, as Node's TLS tells it. */
  readonly fingerprint: string;
  /** It speaks to nobody without a certificate. */
  readonly clientCertificate: boolean;
}

const shape = z.object({
  ...{ pid: z.number().int().positive(), startTime: z.string(), url: z.url(), token: z.string() },
  tls: z.object({ fingerprint: z.string(), clientCertificate: z.boolean() }).exactOptional(),
});

const pathIn = (resultsFolder: string): string => join(resultsFolder, ".daemon.json");

/** Readable by its owner only: it holds the token. */
export function writeDaemonState(
  resultsFolder: string,
  state: DaemonState,
): Promise<{ readonly problem?: FileProblem }> {
  return writeFileAtomic(pathIn(resultsFolder), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** The daemon of this results folder, only if the very process that wrote the file still runs. */
export async function runningDaemon(resultsFolder: string): Promise<DaemonState | undefined> {
  const state = await readState(resultsFolder);
  return state !== undefined && (await isAlive(state)) ? state : undefined;
}

/** Removes the file if it is still about this daemon: a later one may have written its own. */
export async function forgetDaemon(resultsFolder: string, state: DaemonState): Promise<void> {
  const now = await readState(resultsFolder);
  if (now?.pid === state.pid && now.startTime === state.startTime) await removeFolder(pathIn(resultsFolder));
}

async function readState(resultsFolder: string): Promise<DaemonState | undefined> {
  const read = await readTextFile(pathIn(resultsFolder), { maxBytes: 10_000 });
  if ("problem" in read) return undefined;
  try {
    return shape.safeParse(JSON.parse(read.text)).data;
  } catch {
    return undefined; // half a file is no daemon
  }
}
