import { join } from "node:path";
import { z } from "zod";
import { readTextFile, removeFolder, writeFileAtomic, type FileProblem } from "../platform/files.ts";
import { isAlive, type ProcessIdentity } from "../platform/process-identity.ts";
import { isReady } from "./prometheus.ts";

/** The local stack as other commands find it: who keeps it up, and where its Prometheus is. */
export interface Stack {
  /** The process that runs `stack up`. */
  readonly keeper: ProcessIdentity;
  readonly prometheus: ProcessIdentity & { readonly url: string };
}

const identity = z.object({ pid: z.number().int().positive(), startTime: z.string() });
const shape = z.object({ keeper: identity, prometheus: identity.extend({ url: z.url() }) });

const pathIn = (resultsFolder: string): string => join(resultsFolder, ".stack.json");

/** What the state file says, alive or not; undefined when there is none that can be read. */
export async function readStack(resultsFolder: string): Promise<Stack | undefined> {
  const read = await readTextFile(pathIn(resultsFolder), { maxBytes: 10_000 });
  if ("problem" in read) return undefined;
  try {
    return shape.safeParse(JSON.parse(read.text)).data;
  } catch {
    return undefined; // half a file is no stack
  }
}

/** Readable by its owner only: whoever can write to this Prometheus can forge series. */
export function writeStack(resultsFolder: string, stack: Stack): Promise<{ readonly problem?: FileProblem }> {
  return writeFileAtomic(pathIn(resultsFolder), `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}

/** Removes the state file if it is still about this stack: a later one may have written its own. */
export async function forgetStack(resultsFolder: string, stack: Stack): Promise<void> {
  const now = await readStack(resultsFolder);
  const { pid, startTime } = stack.prometheus;
  if (now?.prometheus.pid === pid && now.prometheus.startTime === startTime) await removeFolder(pathIn(resultsFolder));
}

/** The local stack, only if its Prometheus is the very process that was started and answers that it is ready. */
export async function runningStack(resultsFolder: string): Promise<Stack | undefined> {
  const stack = await readStack(resultsFolder);
  if (stack === undefined || !(await isAlive(stack.prometheus))) return undefined;
  return (await isReady(stack.prometheus.url)) ? stack : undefined;
}
