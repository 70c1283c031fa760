import { isAbsolute, relative, resolve, sep } from "node:path";
import type { CacheState, PromptSource } from "../model/index.ts";
import { MAX_PROMPT_FILE_BYTES, parsePromptLines } from "../workload/prompt-lines.ts";
import { specProblems } from "../workload/prompts.ts";
import type { Context } from "./context.ts";
import { DEFAULTS, type PromptsInput } from "./prompts-schema.ts";
import { quote } from "./quantity.ts";

/** Malformed lines that are named one by one. */
const MAX_LINES = 20;

/** Where a scenario's prompts come from; undefined when it has none, or when what is wrong was reported. */
export async function buildPrompts(
  written: PromptsInput | undefined,
  scenario: string,
  context: Context,
): Promise<PromptSource | undefined> {
  if (written === undefined) return undefined;
  if (written.file !== undefined) return await fileSource(written, { file: written.file, scenario, context });
  const spec = {
    seed: written.seed,
    count: written.conversations ?? DEFAULTS.conversations,
    distinct: written.distinct ?? 1,
    repeat: written.repeat ?? DEFAULTS.repeat,
    prefixes: written.prefixes ?? { count: 0, tokens: 0 },
    turns: written.turns ?? DEFAULTS.turns,
    promptTokens: written.prompt_tokens ?? DEFAULTS.promptTokens,
    outputTokens: written.output_tokens ?? DEFAULTS.outputTokens,
  };
  const problems = specProblems(spec);
  for (const problem of problems) context.report(["scenarios", scenario, "prompts"], inWordsOfTheFile(problem));
  return problems.length === 0 ? { kind: "generated", spec } : undefined;
}

/** A state of the cache that nothing could bring about. */
export function checkCache(
  { cache, prompts }: { readonly cache?: CacheState | undefined; readonly prompts?: PromptsInput | undefined },
  scenario: string,
  context: Context,
): void {
  if ((cache !== "primed" && cache !== "warm") || prompts !== undefined) return;
  const message = `a ${cache} cache needs prompts: only of a list is it known what to send before`;
  context.report(["scenarios", scenario, "cache"], message);
}

/** `promptTokens.value` of the law is `prompt_tokens` of the file. */
function inWordsOfTheFile(problem: string): string {
  return problem
    .replace(/^count\b/, "conversations")
    .replace(/^promptTokens(\.value)?/, "prompt_tokens")
    .replace(/^outputTokens(\.value)?/, "output_tokens")
    .replace(/^turns\.value/, "turns")
    .replace(/^repeat\.exponent/, "repeat.zipf");
}

interface Where {
  readonly file: string;
  readonly scenario: string;
  readonly context: Context;
}

async function fileSource(written: PromptsInput, where: Where): Promise<PromptSource | undefined> {
  const { file, scenario, context } = where;
  const read = await readPrompts(file, context);
  const lines = "text" in read ? parsePromptLines(read.text) : read;
  const problems = "scripts" in lines ? [] : "problem" in lines ? [lines.problem] : lineProblems(file, lines.problems);
  for (const problem of problems) context.report(["scenarios", scenario, "prompts", "file"], problem);
  if ("problem" in read || problems.length > 0) return undefined;
  const { seed, repeat = DEFAULTS.repeat } = written;
  const count = written.conversations ?? (repeat.kind === "in_turn" ? undefined : DEFAULTS.conversations);
  return { kind: "file", path: read.path, seed, repeat, ...(count === undefined ? {} : { count }) };
}

type Lines = readonly { readonly line: number; readonly text: string }[];

function lineProblems(file: string, lines: Lines): readonly string[] {
  const told = lines.slice(0, MAX_LINES).map(({ line, text }) => `${file}:${line}: ${text}`);
  const more = lines.length - told.length;
  return more > 0 ? [...told, `${file}: and ${more} more lines that are no prompts`] : told;
}

type Read = { readonly text: string; readonly path: string } | { readonly problem: string };

/** Only from the configuration's folder: what is read here is sent to the target and kept with the run. */
async function readPrompts(written: string, { files, folder }: Context): Promise<Read> {
  const shown = `the prompt file ${quote(written)}`;
  const base = await files.realPath(folder);
  const wanted = resolve(folder, written);
  if (written.includes("\0") || "problem" in base) return { problem: `${shown} cannot be found` };
  const outside = { problem: `${shown} lies outside this file's folder: move it there` };
  if (!isInside(wanted, folder) && !isInside(wanted, base.path)) return outside;
  const real = await files.realPath(wanted);
  if ("problem" in real) return { problem: `${shown} does not exist` };
  if (!isInside(real.path, base.path)) return outside;
  const read = await files.readTextFile(real.path, { maxBytes: MAX_PROMPT_FILE_BYTES });
  if ("text" in read) return { text: read.text, path: real.path };
  const why = read.problem.kind === "too_large" ? "it is larger than 64 MiB" : "is it a file that you may read?";
  return { problem: `${shown} cannot be read: ${why}` };
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
