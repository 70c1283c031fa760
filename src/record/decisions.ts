/**
 * What people decided about runs: `results/decisions.jsonl`, one line each, only ever added to. It is the truth of
 * pins, acknowledgements and mutes, and says who decided when.
 */
import { join } from "node:path";
import { z } from "zod";
import { isRunId, NAME_PATTERN, reason, type Instant, type Reason, type RunId } from "../model/index.ts";
import { appendLine } from "../platform/append-file.ts";
import { readTextFile, statOf } from "../platform/files.ts";
import { prepareResults } from "./folder.ts";

/** Also among KNOWN_FILES of folder.ts. */
export const DECISIONS_FILE = "decisions.jsonl";
const MAX_BYTES = 16 * 1024 * 1024;

const run = z.custom<RunId>((id) => typeof id === "string" && isRunId(id));
const stated = {
  at: z.iso.datetime(),
  by: z.string().min(1).max(200),
  note: z.string().max(1000).exactOptional(),
};

const decisionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["pin", "unpin", "acknowledge"]), run, ...stated }),
  z.object({
    kind: z.literal("mute"),
    scenario: z.string().regex(NAME_PATTERN),
    until: z.iso.datetime(),
    ...stated,
  }),
  z.object({ kind: z.literal("unmute"), scenario: z.string().regex(NAME_PATTERN), ...stated }),
]);

/** `at`: ISO 8601; `by`: a user of the machine or of the web configuration. */
export type Decision = z.output<typeof decisionSchema>;
export type RunDecision = Extract<Decision, { readonly run: RunId }>;
export type Mute = Extract<Decision, { readonly kind: "mute" }>;

/** What holds now, each with the decision that made it so. */
export interface Decisions {
  readonly pins: ReadonlyMap<RunId, RunDecision>;
  readonly acknowledged: ReadonlyMap<RunId, RunDecision>;
  /** By scenario; whether one is over, its `until` says. */
  readonly mutes: ReadonlyMap<string, Mute>;
  /** Lines that are no decisions, each one sentence; the others hold without them. */
  readonly quarantined: readonly string[];
}

/** Reads what holds now; a file that is not there is no decision, one that cannot be read is a problem. */
export async function readDecisions(folder: string): Promise<Decisions | { readonly problem: string }> {
  const path = join(folder, DECISIONS_FILE);
  const found = await statOf(path);
  if ("problem" in found) return found.problem.kind === "missing" ? parseDecisions("", path) : tell(found.problem.text);
  if (found.stat.kind !== "file") return tell(`${path} is not a plain file.`);
  const read = await readTextFile(path, { maxBytes: MAX_BYTES });
  return "text" in read ? parseDecisions(read.text, path) : tell(read.problem.text);
}

function tell(text: string): { readonly problem: string } {
  return { problem: `The decisions cannot be read: ${text}` };
}

/** Adds a decision for good: when this is resolved without a problem, the disk has it. */
export async function recordDecision(
  folder: string,
  { at, ...decision }: DecisionNow,
): Promise<{ readonly problem?: Reason }> {
  const checked = decisionSchema.safeParse({ ...decision, at: new Date(at).toISOString() });
  if (!checked.success) return { problem: reason("internal", "This is no decision that could be read back.") };
  const prepared = await prepareResults(folder);
  if (prepared.problem !== undefined) return { problem: prepared.problem };
  const { problem } = await appendLine(join(folder, DECISIONS_FILE), JSON.stringify(checked.data));
  return problem === undefined ? {} : { problem: reason("storage", `The decision was not kept: ${problem.text}`) };
}

type Timed<T> = T extends unknown ? Omit<T, "at"> & { readonly at: Instant } : never;
/** A decision as it is made. */
export type DecisionNow = Timed<Decision>;

function parseDecisions(text: string, path: string): Decisions {
  const pins = new Map<RunId, RunDecision>();
  const acknowledged = new Map<RunId, RunDecision>();
  const mutes = new Map<string, Mute>();
  const quarantined: string[] = [];
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const decision = parseLine(line);
    if (decision === undefined) {
      const half = index === lines.length - 1 ? ": it ends in the middle, as after a crash" : "";
      quarantined.push(`${path}:${index + 1} is no decision and is passed over${half}.`);
    } else if ("run" in decision) {
      if (decision.kind === "unpin") pins.delete(decision.run);
      else (decision.kind === "pin" ? pins : acknowledged).set(decision.run, decision);
    } else if (decision.kind === "mute") mutes.set(decision.scenario, decision);
    else mutes.delete(decision.scenario);
  }
  return { pins, acknowledged, mutes, quarantined };
}

function parseLine(line: string): Decision | undefined {
  try {
    return decisionSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
