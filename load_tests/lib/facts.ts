import type { Answer } from "./answer.ts";

/** One conversation in figures: what cost is computed from. Tokens are absent when no answer told any. */
export interface ConversationFacts {
  readonly conversation: string;
  readonly turns: number;
  readonly failed_answers: number;
  readonly cached_answers: number;
  /** Answers that told their tokens; fewer than the good ones means that the sums below are too small. */
  readonly answers_with_usage: number;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
}

/** Adds the answers of one conversation up. */
export function factsOf(conversation: string, answers: readonly Answer[]): ConversationFacts {
  const usages = answers.flatMap((answer) => (answer.usage === undefined ? [] : [answer.usage]));
  const tokens = {
    prompt_tokens: usages.reduce((sum, usage) => sum + usage.prompt_tokens, 0),
    completion_tokens: usages.reduce((sum, usage) => sum + usage.completion_tokens, 0),
  };
  return {
    conversation,
    turns: answers.length,
    failed_answers: answers.filter((answer) => !answer.good).length,
    cached_answers: answers.filter((answer) => answer.cached === true).length,
    answers_with_usage: usages.length,
    ...(usages.length === 0 ? {} : tokens),
  };
}
