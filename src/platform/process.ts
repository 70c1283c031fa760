import { spawn, type ChildProcess } from "node:child_process";
import { createCappedFile, type CappedFile } from "./capped-file.ts";
import { createLineCutter } from "./lines.ts";
import { startTimeOf, type ProcessIdentity } from "./process-identity.ts";

const MAX_LINE = 64 * 1024;
/** After a child's exit, how long to wait for output that a grandchild may still hold open. */
const DRAIN_MS = 2_000;

export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything it prints, standard output and error together, up to a size. */
  readonly log?: { readonly path: string; readonly maxBytes: number };
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
  /** Aborted: the whole group is killed, from the moment it is there. */
  readonly kill?: AbortSignal;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RunningChild {
  readonly pid: number;
  /** The start time is read right after the start; undefined if the child was gone by then. */
  readonly identity: Promise<ProcessIdentity | undefined>;
  /** Resolves at exit, after its output was read or two seconds later: a grandchild may hold the pipe for ever. */
  readonly exited: Promise<ChildExit>;
  /** TERM to the whole group; a second call does nothing, because k6 takes a second one as "now". */
  terminate(): void;
  /** KILL to the whole group. */
  kill(): void;
}

/** Starts a child in its own process group; a child that cannot be started is a value with the system's code. */
export async function startProcess(spec: ChildSpec): Promise<{ child: RunningChild } | { problem: string }> {
  const log = spec.log === undefined ? undefined : createCappedFile(spec.log.path, spec.log.maxBytes);
  try {
    const child = await spawned(spec);
    return { child: watch(child, child.pid, { spec, log }) };
  } catch (error) {
    log?.close();
    return { problem: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
  }
}

/** Rejects with the system's error; an argument that no system takes (a NUL in it) is one too. */
function spawned(spec: ChildSpec): Promise<ChildProcess & { pid: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.once("spawn", () => resolve(child as ChildProcess & { pid: number }));
    child.once("error", reject);
  });
}

function watch(child: ChildProcess, pid: number, to: { spec: ChildSpec; log: CappedFile | undefined }): RunningChild {
  consume(child.stdout, to.log, to.spec.onStdoutLine);
  consume(child.stderr, to.log, to.spec.onStderrLine);
  child.on("error", () => undefined); // a failed kill of a child already gone
  const onKill = (): void => signalGroup(pid, "SIGKILL");
  to.spec.kill?.addEventListener("abort", onKill, { once: true });
  if (to.spec.kill?.aborted === true) onKill();
  const exited = exitOf(child).finally(() => {
    to.spec.kill?.removeEventListener("abort", onKill);
    to.log?.close();
  });
  let terminated = false;
  return {
    pid,
    identity: startTimeOf(pid).then((startTime) => (startTime === undefined ? undefined : { pid, startTime })),
    exited,
    terminate() {
      if (!terminated) signalGroup(pid, "SIGTERM");
      terminated = true;
    },
    kill() {
      signalGroup(pid, "SIGKILL");
    },
  };
}

function consume(
  stream: NodeJS.ReadableStream | null,
  log: CappedFile | undefined,
  onLine: ((line: string) => void) | undefined,
): void {
  if (stream === null) return;
  const cutter = onLine === undefined ? undefined : createLineCutter(MAX_LINE, onLine);
  const decoder = new TextDecoder();
  stream.on("data", (chunk: Buffer) => {
    log?.write(chunk);
    cutter?.push(decoder.decode(chunk, { stream: true }));
  });
  stream.on("end", () => cutter?.end());
  stream.on("error", () => undefined);
}

function exitOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    let exit: ChildExit | undefined;
    let drain: NodeJS.Timeout | undefined;
    const done = (): void => {
      clearTimeout(drain);
      child.stdout?.removeAllListeners("data").destroy();
      child.stderr?.removeAllListeners("data").destroy();
      resolve(exit ?? { code: null, signal: null });
    };
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      drain = setTimeout(done, DRAIN_MS);
    });
    child.once("close", done);
  });
}

/** Signals every process of the group that `pid` leads; one already gone (or, on macOS, a zombie: EPERM) is fine. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
