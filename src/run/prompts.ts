import { reason, type PromptList, type Reason, type Scenario } from "../model/index.ts";
import { describePrompts } from "../workload/describe.ts";
import { listOf } from "../workload/prompt-source.ts";
import type { WorkloadRecord } from "../model/index.ts";
import type { RunDeps } from "./deps.ts";

/** What the users of a run say: the same list for all its trials. */
export interface RunPrompts {
  readonly list: PromptList;
  readonly described: NonNullable<WorkloadRecord["prompts"]>;
}

const NOT_READABLE = reason("internal", "Chatbench itself failed: nobody here can read a prompt file.");

/** Writes or reads the scenario's prompts, before any load; undefined: the script says what it says. */
export async function promptsOf(
  { prompts: source }: Scenario,
  { readPrompts }: Pick<RunDeps, "readPrompts">,
): Promise<{ readonly prompts?: RunPrompts } | { readonly problem: Reason }> {
  if (source === undefined) return {};
  const file = source.kind === "file" ? await readPrompts?.(source.path) : { text: "" };
  if (file === undefined) return { problem: NOT_READABLE };
  if ("problem" in file) return { problem: reason("prompts_unusable", file.problem) };
  const sourced = listOf(source, file.text);
  if ("problems" in sourced) {
    const [first = "", ...others] = sourced.problems;
    const more = others.length === 0 ? "" : ` (and ${others.length} more lines)`;
    const where = source.kind === "file" ? `${source.path}:` : "";
    return { problem: reason("prompts_unusable", `The prompts cannot be used: ${where}${first}${more}.`) };
  }
  const { list } = sourced;
  return { prompts: { list, described: describePrompts(source, list, "sha256" in file ? file.sha256 : undefined) } };
}
