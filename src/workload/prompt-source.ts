import type { PromptList, PromptSource } from "../model/index.ts";
import { parsePromptLines } from "./prompt-lines.ts";
import { orderedList, promptList } from "./prompts.ts";

/** The list, or every problem with it; of a file each begins with the number of its line. */
export type SourcedList = { readonly list: PromptList } | { readonly problems: readonly string[] };

/** Writes the list of a source; `text` is the content of its file, if it is one. */
export function listOf(source: PromptSource, text: string): SourcedList {
  if (source.kind === "generated") return promptList(source.spec);
  const lines = parsePromptLines(text);
  if ("problems" in lines) return { problems: lines.problems.map((problem) => `${problem.line}: ${problem.text}`) };
  const { seed, repeat, count = lines.scripts.length } = source;
  return { list: orderedList(lines.scripts, { seed, repeat, count }) };
}
