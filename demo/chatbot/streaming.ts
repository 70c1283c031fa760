import { keep, lookUp, questionOf, remember } from "./answering.ts";
import type { CacheState, ChatAsk, ChatbotParts, Failed, Question } from "./answering.ts";
import type { Completion } from "./ports.ts";
import { replayed } from "./replay.ts";

/** An answer as it comes: `begin`, deltas, `done`; or `failed` at any point, then nothing more. */
export type Streamed =
  | { readonly kind: "begin"; readonly cache: CacheState }
  /** `raw` is the provider's chunk; absent where the cache answers. */
  | { readonly kind: "delta"; readonly content: string; readonly reasoning: string; readonly raw?: string }
  | { readonly kind: "done"; readonly completion: Completion; readonly usageRaw?: string }
  | { readonly kind: "failed"; readonly failure: Failed };

type Stream = AsyncGenerator<Streamed, void, undefined>;

/** Streams from the cache or the provider; what came whole is kept. */
export async function* completeStream(parts: ChatbotParts, question: Question, gone: AbortSignal): Stream {
  const looked = await lookUp(parts, question);
  if (looked.cache === "hit") {
    yield { kind: "begin", cache: "hit" };
    for (const content of replayed(looked.completion.text, parts.replay)) {
      yield { kind: "delta", content, reasoning: "" };
    }
    yield { kind: "done", completion: looked.completion };
    return;
  }
  const begun = { yes: false };
  for await (const piece of parts.provider.stream(question.query, gone)) {
    if (piece.kind === "broken") {
      yield { kind: "failed", failure: { kind: "provider_failed", problem: piece.problem } };
      return;
    }
    if (!begun.yes) yield { kind: "begin", cache: looked.cache };
    begun.yes = true;
    if (piece.kind === "chunk") {
      yield { kind: "delta", content: piece.content, reasoning: piece.reasoning, raw: piece.raw };
    } else {
      await keep(parts, question, piece.completion);
      yield { kind: "done", completion: piece.completion, usageRaw: piece.usageRaw };
    }
  }
}

/** The same for one turn of a conversation, which is remembered before it is called done. */
export async function* chatStream(parts: ChatbotParts, ask: ChatAsk, gone: AbortSignal): Stream {
  const question = await questionOf(parts, ask);
  if ("kind" in question) {
    yield { kind: "failed", failure: question };
    return;
  }
  for await (const piece of completeStream(parts, question, gone)) {
    const failure = piece.kind === "done" ? await remember(parts, ask, piece.completion) : undefined;
    yield failure === undefined ? piece : { kind: "failed", failure };
  }
}
