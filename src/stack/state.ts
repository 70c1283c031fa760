import { join } from "node:path";
import { z } from "zod";
import { readTextFile, removeFolder, writeFileAtomic, type FileProblem } from "../platform/files.ts";
import { isAlive, type ProcessIdentity } from "../platform/process-identity.ts";
import type { PartName } from "./configuration.ts";
import { isReady } from "./prometheus.ts";

export type StackPart = ProcessIdentity & { readonly url: string };

/** The local stack as other commands find it: who keeps it up, and where its parts are. */
export interface Stack {
  /** The process that runs `stack up`. */
  readonly keeper: ProcessIdentity;
  readonly prometheus: StackPart;
  /** Those beside Prometheus that were started and have not ended. Absent: a file of an older version. */
  readonly parts?: Readonly<Partial<Record<PartName, StackPart>>>;
}

const identity = z.object({ pid: z.number().int().positive(), startTime: z.string() });
const part = identity.extend({ url: z.url() });
const parts = z.object({ alertmanager: part.optional(), blackbox: part.optional(), node: part.optional() });
const shape = z.object({ keeper: identity, prometheus: part, parts: parts.optional() });

const pathIn = (resultsFolder: string): string => join(resultsFolder, ".stack.json");

/** What the state file says, alive or not; undefined when there is none that can be read. */
export async function readStack(resultsFolder: string): Promise<Stack | undefined> {
  const read = await readTextFile(pathIn(resultsFolder), { maxBytes: 10_000 });
  if ("problem" in read) return undefined;
  try {
    return shape.safeParse(JSON.parse(read.text)).data as Stack | undefined;
  } catch {
    return undefined; // half a file is no stack
  }
}

/** Every process of the stack but its keeper. */
export function partsOf({ prometheus, parts: beside = {} }: Stack): readonly StackPart[] {
  return [prometheus, ...Object.values(beside)];
}

/** Readable by its owner only: whoever can write to this Prometheus can forge series. */
export function writeStack(resultsFolder: string, stack: Stack): Promise<{ readonly problem?: FileProblem }> {
  return writeFileAtomic(pathIn(resultsFolder), `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}

/** Removes the state file if it is still about this stack: a later one may have written its own. */
export async function forgetStack(resultsFolder: string, stack: Stack): Promise<void> {
  if (await isStill(resultsFolder, stack)) await removeFolder(pathIn(resultsFolder));
}

/** True while the state file is about this very stack. */
export async function isStill(resultsFolder: string, { prometheus }: Stack): Promise<boolean> {
  const now = await readStack(resultsFolder);
  return now?.prometheus.pid === prometheus.pid && now.prometheus.startTime === prometheus.startTime;
}

/** The local stack, only if its Prometheus is the very process that was started and answers that it is ready. */
export async function runningStack(resultsFolder: string): Promise<Stack | undefined> {
  const stack = await readStack(resultsFolder);
  if (stack === undefined || !(await isAlive(stack.prometheus))) return undefined;
  return (await isReady(stack.prometheus.url)) ? stack : undefined;
}
