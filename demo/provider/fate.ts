import { quantileMs } from "./latency.ts";
import type { Latency } from "./latency.ts";
import { unitOf } from "./random.ts";
import type { CompletionRequest } from "./request.ts";
import type { Ending, Shape } from "./shape.ts";
import { answerTokens } from "./text.ts";

export interface ProviderSettings {
  readonly seed: number;
  /** Time to first token. */
  readonly latency: Latency;
  readonly tokensPerSecond: number;
  /** Share (0-1) of the requests that end in a 503 instead of an answer. */
  readonly errorRate: number;
  /** Requests at work at a time; further ones wait in line. */
  readonly concurrency: number;
  /** Requests in line; further ones get a 429. */
  readonly maxWaiting: number;
  /** What answers look like in detail; a request may ask for another. */
  readonly shape?: Shape;
}

/** What a request will meet, decided by seed, number and content alone. */
export interface Fate {
  readonly index: number;
  readonly fails: boolean;
  readonly firstTokenMs: number;
  readonly gapMs: number;
  readonly gapSeed: number;
  /** From the first token to the end of the answer, whole milliseconds. */
  readonly generationMs: number;
  readonly tokens: readonly string[];
  /** Which of the tokens a stream writes in two parts when it is asked to. */
  readonly splitAt: number;
  readonly reasoningTokens: number;
  readonly finishReason: "stop" | "length";
  /** Of a stream; an answer in one piece is always complete. */
  readonly ending: Ending;
}

const WIDE_WORD = "Grüße👋";

/** Decides request number `index` (0, 1, 2 ... in order of arrival). A stream sends `tokens` at the same pace. */
export function fateOf(settings: ProviderSettings, index: number, request: CompletionRequest): Fate {
  const { seed, latency, shape = {} } = settings;
  const words = answerTokens(request.messages, request.maxTokens, shape.tokens).map((word) =>
    word.padEnd(shape.word_length ?? 0, "x"),
  );
  const splitAt = Math.min(1, words.length - 1);
  const tokens = shape.split === 1 ? words.map((word, at) => (at === splitAt ? WIDE_WORD : word)) : words;
  const reasoningTokens = shape.reasoning_tokens ?? 0;
  const gapMs = shape.gap_ms ?? 1000 / settings.tokensPerSecond;
  return {
    index,
    fails: unitOf(seed, "error", index) < settings.errorRate,
    firstTokenMs: shape.first_token_ms ?? Math.round(quantileMs(latency, unitOf(seed, "first_token", index))),
    gapMs,
    gapSeed: Math.floor(unitOf(seed, "gap", index) * 0x1_0000_0000),
    generationMs: Math.round(gapMs * (reasoningTokens + tokens.length)),
    tokens,
    splitAt,
    reasoningTokens,
    finishReason: tokens.length < request.maxTokens ? "stop" : "length",
    ending: unitOf(seed, "ending", index) < (shape.ending_share ?? 1) ? (shape.ending ?? "complete") : "complete",
  };
}
