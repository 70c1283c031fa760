import { hashOf, mix } from "./random.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Only where there was reasoning; it is part of the completion tokens. */
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

/** A message costs this many tokens beside its text (role and separators). */
const TOKENS_PER_MESSAGE = 4;
const FEWEST_TOKENS = 12;
const MOST_TOKENS = 36;

const WORDS =
  "the order was sent yesterday and should arrive within two days you can follow it in your account under deliveries if it is late please tell us we will refund the price or send another one at no cost opening hours are nine to six on weekdays payment by card or invoice is fine".split(
    " ",
  );

/** Tokens of a text, counted the same way everywhere: each word and each other visible character is one. */
export function countTokens(text: string): number {
  return text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
}

/** Tokens of a prompt: those of its texts and four for each message. */
export function countPromptTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + countTokens(message.content) + TOKENS_PER_MESSAGE, 0);
}

/**
 * The tokens of the answer to these messages, each one word: equal questions get equal answers (so that a cache may
 * answer for the provider), `wanted` or else 12 to 36 tokens long, never more than `maxTokens`.
 */
export function answerTokens(messages: readonly ChatMessage[], maxTokens: number, wanted?: number): readonly string[] {
  const seed = hashOf(messages.map((message) => `${message.role}\n${message.content}`).join("\n\n"));
  const length = Math.min(maxTokens, wanted ?? FEWEST_TOKENS + (seed % (MOST_TOKENS - FEWEST_TOKENS + 1)));
  return Array.from({ length }, (_, at) => WORDS[mix(seed + at) % WORDS.length] ?? "yes");
}

/** What an answer of so many tokens and so much reasoning before it is billed as. */
export function usageOf(messages: readonly ChatMessage[], answered: number, reasoning: number): Usage {
  const prompt = countPromptTokens(messages);
  const completion = answered + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(reasoning === 0 ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
