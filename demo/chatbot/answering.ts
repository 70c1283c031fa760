import { createHash } from "node:crypto";
import type { CacheUse } from "./input.ts";
import type { AnswerCache, Completion, Conversations, Turn } from "./ports.ts";
import type { CompletionQuery, ProviderClient } from "./provider-client.ts";
import type { Replay } from "./replay.ts";

export interface ChatbotParts {
  readonly conversations: Conversations;
  readonly cache: AnswerCache;
  readonly provider: ProviderClient;
  readonly model: string;
  /** Earlier turns sent along with a message. */
  readonly historyTurns: number;
  readonly replay: Replay;
}

/** A question to a model, and whether the cache may answer it and keep the answer. */
export interface Question {
  readonly query: CompletionQuery;
  readonly cache: CacheUse;
}

/** What the cache had to say: `bypass` means that it was not asked. */
export type CacheState = "hit" | "miss" | "bypass";

/** Why there is no answer: the provider's fault or the store's. */
export interface Failed {
  readonly kind: "provider_failed" | "store_failed";
  readonly problem: string;
}

export type Answered =
  { readonly kind: "answered"; readonly completion: Completion; readonly cache: CacheState } | Failed;

/** Answers from the cache if the same messages were asked of the same model before, else asks the provider. */
export async function complete(parts: ChatbotParts, question: Question): Promise<Answered> {
  const looked = await lookUp(parts, question);
  if (looked.cache === "hit") return { kind: "answered", ...looked };
  const result = await parts.provider.complete(question.query);
  if (!result.ok) return { kind: "provider_failed", problem: result.problem };
  await keep(parts, question, result.completion);
  return { kind: "answered", completion: result.completion, cache: looked.cache };
}

type LookedUp = { readonly cache: "hit"; readonly completion: Completion } | { readonly cache: "miss" | "bypass" };

/** Asks the cache, where it may be asked. */
export async function lookUp({ cache }: ChatbotParts, question: Question): Promise<LookedUp> {
  if (!question.cache.read) return { cache: "bypass" };
  const known = await cache.get(keyOf(question.query));
  if (known === undefined) return { cache: "miss" };
  const completion = JSON.parse(known) as Omit<Completion, "finishReason"> & { readonly finishReason?: string };
  // Answers that an earlier version kept do not say how they ended.
  return { cache: "hit", completion: { finishReason: "stop", ...completion } };
}

/** Keeps an answer, where it may be kept. */
export async function keep({ cache }: ChatbotParts, question: Question, completion: Completion): Promise<void> {
  if (question.cache.store) await cache.set(keyOf(question.query), JSON.stringify(completion));
}

function keyOf({ model, maxTokens, messages, simulate }: CompletionQuery): string {
  const asked = [model, maxTokens ?? null, messages.map((m) => [m.role, m.content])];
  return createHash("sha256")
    .update(JSON.stringify(simulate === undefined ? asked : [...asked, simulate]))
    .digest("hex");
}

export interface ChatAsk {
  readonly conversationId: string;
  readonly message: string;
  readonly cache: CacheUse;
  readonly simulate?: string;
}

/** One turn of a conversation: what was said before, the answer, and both remembered together or not at all. */
export async function chat(parts: ChatbotParts, ask: ChatAsk): Promise<Answered> {
  const question = await questionOf(parts, ask);
  if ("kind" in question) return question;
  const answered = await complete(parts, question);
  if (answered.kind !== "answered") return answered;
  return (await remember(parts, ask, answered.completion)) ?? answered;
}

/** The question that a message is within its conversation. */
export async function questionOf(parts: ChatbotParts, ask: ChatAsk): Promise<Question | Failed> {
  const history = await attempt(() => parts.conversations.history(ask.conversationId, parts.historyTurns));
  if (history === FAILED) return STORE_FAILED;
  const messages: readonly Turn[] = [...history, { role: "user", content: ask.message }];
  const simulate = ask.simulate === undefined ? {} : { simulate: ask.simulate };
  return { query: { model: parts.model, messages, ...simulate }, cache: ask.cache };
}

/** Remembers a turn; undefined when that worked. */
export async function remember(
  parts: ChatbotParts,
  { conversationId, message }: ChatAsk,
  { text }: Completion,
): Promise<Failed | undefined> {
  const turns: readonly Turn[] = [
    { role: "user", content: message },
    { role: "assistant", content: text },
  ];
  const stored = await attempt(() => parts.conversations.append(conversationId, turns));
  return stored === FAILED ? STORE_FAILED : undefined;
}

const FAILED = Symbol("failed");
const STORE_FAILED: Failed = { kind: "store_failed", problem: "The store of conversations cannot be reached." };

async function attempt<T>(work: () => Promise<T>): Promise<T | typeof FAILED> {
  try {
    return await work();
  } catch {
    return FAILED;
  }
}
