import type { Usage } from "./protocol.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Tokens as an answer tells them: of OpenAI and those who speak like it, of DeepSeek, of Anthropic, whose `input_tokens`
 * leave out what came from a cache. load_tests/lib/read-told.ts reads the same of answers in one piece.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const usage = value as Fields;
  const prompt = promptOf(usage);
  const read =
    count(fieldsOf(usage.prompt_tokens_details).cached_tokens) ??
    count(usage.prompt_cache_hit_tokens) ??
    count(usage.cache_read_input_tokens);
  return definedOf({
    prompt_tokens: prompt,
    completion_tokens: count(usage.completion_tokens) ?? count(usage.output_tokens),
    reasoning_tokens: count(fieldsOf(usage.completion_tokens_details).reasoning_tokens),
    // More than there were is no number of anything.
    cached_tokens: read !== undefined && prompt !== undefined && read > prompt ? undefined : read,
  });
}

function promptOf(usage: Fields): number | undefined {
  const input = count(usage.input_tokens);
  const prompt = count(usage.prompt_tokens);
  if (prompt !== undefined || input === undefined) return prompt;
  return input + (count(usage.cache_read_input_tokens) ?? 0) + (count(usage.cache_creation_input_tokens) ?? 0);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function count(found: unknown): number | undefined {
  return typeof found === "number" && Number.isInteger(found) && found >= 0 ? found : undefined;
}

function definedOf(told: { readonly [K in keyof Usage]-?: Usage[K] | undefined }): Usage {
  return Object.fromEntries(Object.entries(told).filter(([, tokens]) => tokens !== undefined));
}
