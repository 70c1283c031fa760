import type { Length, PromptSource, Repeat } from "../model/index.ts";

/** `prompts` of a scenario in the form of its file, with what was left out filled in. */
export function promptsShown(source: PromptSource): unknown {
  if (source.kind === "file") {
    const { path, count, repeat, seed } = source;
    return { file: path, conversations: count, repeat: repeatShown(repeat), seed };
  }
  const { seed, count, distinct, repeat, prefixes, turns, promptTokens, outputTokens } = source.spec;
  return {
    distinct,
    conversations: count,
    repeat: repeatShown(repeat),
    prefixes: prefixes.count === 0 ? undefined : prefixes,
    turns: lengthShown(turns),
    prompt_tokens: lengthShown(promptTokens),
    output_tokens: lengthShown(outputTokens),
    seed,
  };
}

function repeatShown(repeat: Repeat): unknown {
  return repeat.kind === "zipf" ? { zipf: repeat.exponent } : repeat.kind;
}

function lengthShown({ kind, ...numbers }: Length): unknown {
  return kind === "constant" && "value" in numbers ? numbers.value : numbers;
}
