import { quantileMs } from "./latency.ts";
import type { Latency } from "./latency.ts";
import { unitOf } from "./random.ts";
import type { CompletionRequest } from "./request.ts";
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
}

/** What a request will meet, decided by seed, number and content alone; times in whole milliseconds. */
export interface Fate {
  readonly index: number;
  readonly fails: boolean;
  readonly firstTokenMs: number;
  /** From the first token to the end of the answer. */
  readonly generationMs: number;
  readonly tokens: readonly string[];
  readonly finishReason: "stop" | "length";
}

/** Decides request number `index` (0, 1, 2 ... in order of arrival). A stream would send `tokens` at the same pace. */
export function fateOf(settings: ProviderSettings, index: number, request: CompletionRequest): Fate {
  const tokens = answerTokens(request.messages, request.maxTokens);
  return {
    index,
    fails: unitOf(settings.seed, "error", index) < settings.errorRate,
    firstTokenMs: Math.round(quantileMs(settings.latency, unitOf(settings.seed, "first_token", index))),
    generationMs: Math.round((1000 * tokens.length) / settings.tokensPerSecond),
    tokens,
    finishReason: tokens.length < request.maxTokens ? "stop" : "length",
  };
}
