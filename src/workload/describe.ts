import { highestOf, type PromptList, type PromptSource, type WorkloadRecord } from "../model/index.ts";
import { countTokens } from "./words.ts";

type Described = NonNullable<WorkloadRecord["prompts"]>;

/** A list in figures, counted on what it really is, for the record. */
export function describePrompts(source: PromptSource, list: PromptList, sha256: string | undefined): Described {
  const { scripts, order } = list;
  const { repeat, seed } = source.kind === "generated" ? source.spec : source;
  const most = scripts.flatMap(({ maxTokens }) => (maxTokens === undefined ? [] : [maxTokens]));
  const prefixes = new Set(scripts.flatMap(({ system }) => (system === undefined ? [] : [system])));
  return {
    source: source.kind,
    ...(source.kind === "file" && { file: source.path }),
    ...(source.kind === "file" && sha256 !== undefined && { sha256 }),
    seed,
    repeat: repeat.kind === "zipf" ? `zipf ${repeat.exponent}` : repeat.kind,
    conversations: order.length,
    distinct: new Set(scripts.map(({ system, turns }) => JSON.stringify([system, turns]))).size,
    turns: rangeOf(scripts.map(({ turns }) => turns.length)),
    prompt_tokens: rangeOf(scripts.flatMap(({ turns }) => turns.map(countTokens))),
    ...(most.length > 0 && { max_output_tokens: rangeOf(most) }),
    prefixes: { count: prefixes.size, tokens: Math.max(0, highestOf([...prefixes].map(countTokens))) },
  };
}

function rangeOf(values: readonly number[]): Described["turns"] {
  const sum = { min: values[0] ?? 0, max: 0, total: 0 };
  for (const value of values) {
    sum.min = Math.min(sum.min, value);
    sum.max = Math.max(sum.max, value);
    sum.total += value;
  }
  return { min: sum.min, mean: values.length === 0 ? 0 : sum.total / values.length, max: sum.max };
}
