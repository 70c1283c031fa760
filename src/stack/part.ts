import { join } from "node:path";
import type { Clock } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { ensureFolder, readTextFile } from "../platform/files.ts";
import { fetchText, freePort } from "../platform/network.ts";
import { startProcess, type ChildExit, type RunningChild } from "../platform/process.ts";
import type { ProcessIdentity } from "../platform/process-identity.ts";

const MEGABYTE = 1_000_000;
const STOP_WITHIN_MS = 8_000;
/** The port that was free may be taken before the program listens on it. */
const ATTEMPTS = 3;

/** One program of the stack, and how it is started on an address. */
export interface PartSpec {
  /** As people know it: `Alertmanager`. */
  readonly title: string;
  readonly program: string;
  /** Holds its data and its log, `<log>.log`: absolute. */
  readonly folder: string;
  readonly log: string;
  /** Path that answers 200 when it is ready. */
  readonly readyPath: string;
  readonly readyWithinMs: number;
  readonly clock: Clock;
  /** Absent: any free port of 127.0.0.1. */
  readonly port?: number;
  /** When it aborts before the part is ready, the start is given up. */
  readonly stop?: AbortSignal;
  /** Its arguments, given `127.0.0.1:<port>`; writes what they name. */
  arguments(address: string): Promise<{ readonly args: readonly string[] } | { readonly problem: string }>;
}

export interface RunningPart {
  readonly url: string;
  readonly identity: ProcessIdentity;
  readonly exited: Promise<ChildExit>;
  /** TERM, and KILL if it still runs after eight seconds; resolves when it is gone. */
  stop(): Promise<void>;
}

export type PartStart = { readonly part: RunningPart } | { readonly problem: string };

/** Starts a program of the stack in a process group of its own and waits until it is ready. */
export async function startPart(spec: PartSpec): Promise<PartStart> {
  const made = await ensureFolder(spec.folder);
  if (made.problem !== undefined) return { problem: made.problem.text };
  for (let attempt = 1; ; attempt += 1) {
    const started = await startOn(spec, `127.0.0.1:${spec.port ?? (await freePort())}`);
    if ("part" in started || spec.port !== undefined || attempt === ATTEMPTS) return started;
    if (!started.problem.includes("address already in use")) return started;
  }
}

async function startOn(spec: PartSpec, address: string): Promise<PartStart> {
  const wanted = await spec.arguments(address);
  if ("problem" in wanted) return wanted;
  const logPath = join(spec.folder, `${spec.log}.log`);
  const started = await startProcess({
    ...{ command: spec.program, args: wanted.args, env: {}, cwd: spec.folder },
    log: { path: logPath, maxBytes: 10 * MEGABYTE },
  });
  if ("problem" in started) return { problem: `${spec.program} cannot be started: ${started.problem}.` };
  const { child } = started;
  const identity = await child.identity;
  const url = `http://${address}`;
  const trouble = identity === undefined ? "it ended at once" : await whyNotReady(spec, child, url);
  if (identity !== undefined && trouble === undefined)
    return { part: { url, identity, exited: child.exited, stop: () => stopChild(child) } };
  await stopChild(child);
  return { problem: `${spec.title} did not become ready: ${trouble ?? ""}. ${await lastWords(logPath)}` };
}

/** Undefined once it is ready; else in a few words why it will not be. */
async function whyNotReady(spec: PartSpec, child: RunningChild, url: string): Promise<string | undefined> {
  const ended = child.exited.then(({ code, signal }) => `it ended (${signal ?? `exit ${String(code)}`})`);
  const until = spec.clock.now() + spec.readyWithinMs;
  while (spec.clock.now() < until) {
    if (spec.stop?.aborted === true) return "it was stopped";
    const seen = await Promise.race([ended, answers(`${url}${spec.readyPath}`)]);
    if (typeof seen === "string") return seen;
    if (seen) return undefined;
    await Promise.race([ended, spec.clock.sleep(50)]);
  }
  return `it was not ready within ${spec.readyWithinMs / 1_000} s`;
}

/** Asks once whether an address answers 200. */
export async function answers(url: string): Promise<boolean> {
  const answer = await fetchText(new URL(url), { timeoutMs: 2_000, maxBytes: MEGABYTE });
  return "status" in answer && answer.status === 200;
}

async function stopChild(child: RunningChild): Promise<void> {
  child.terminate();
  const cancel = after(STOP_WITHIN_MS, () => child.kill());
  await child.exited;
  cancel();
}

async function lastWords(logPath: string): Promise<string> {
  const log = await readTextFile(logPath, { maxBytes: 20 * MEGABYTE });
  const lines = "text" in log ? log.text.trimEnd().split("\n").slice(-3).join("\n") : "";
  return `The end of its log (${logPath}):\n${lines}`;
}
