import { createHash } from "node:crypto";
import type { AnswerCache, Conversations, Turn } from "./ports.ts";
import type { Completion, CompletionQuery, ProviderClient } from "./provider-client.ts";
import type { ChatInput } from "./input.ts";

export interface ChatbotParts {
  readonly conversations: Conversations;
  readonly cache: AnswerCache;
  readonly provider: ProviderClient;
  readonly model: string;
  /** Earlier turns sent along with a message. */
  readonly historyTurns: number;
}

/** The answer to one message, or why there is none: the provider's fault or the store's. */
export type Answered =
  | { readonly kind: "answered"; readonly completion: Completion; readonly cached: boolean }
  | { readonly kind: "provider_failed" | "store_failed"; readonly problem: string };

/** Answers from the cache if the same messages were asked of the same model before, else asks the provider. */
export async function complete(parts: ChatbotParts, query: CompletionQuery): Promise<Answered> {
  const key = createHash("sha256")
    .update(JSON.stringify([query.model, query.maxTokens ?? null, query.messages.map((m) => [m.role, m.content])]))
    .digest("hex");
  const known = await parts.cache.get(key);
  if (known !== undefined) return { kind: "answered", completion: JSON.parse(known) as Completion, cached: true };
  const result = await parts.provider.complete(query);
  if (!result.ok) return { kind: "provider_failed", problem: result.problem };
  await parts.cache.set(key, JSON.stringify(result.completion));
  return { kind: "answered", completion: result.completion, cached: false };
}

/** One turn of a conversation: what was said before, the answer, and both remembered together or not at all. */
export async function chat(parts: ChatbotParts, { conversationId, message }: ChatInput): Promise<Answered> {
  const asked: Turn = { role: "user", content: message };
  const history = await attempt(() => parts.conversations.history(conversationId, parts.historyTurns));
  if (history === FAILED) return STORE_FAILED;
  const answered = await complete(parts, { model: parts.model, messages: [...history, asked] });
  if (answered.kind !== "answered") return answered;
  const reply: Turn = { role: "assistant", content: answered.completion.text };
  const stored = await attempt(() => parts.conversations.append(conversationId, [asked, reply]));
  return stored === FAILED ? STORE_FAILED : answered;
}

const FAILED = Symbol("failed");
const STORE_FAILED: Answered = { kind: "store_failed", problem: "The store of conversations cannot be reached." };

async function attempt<T>(work: () => Promise<T>): Promise<T | typeof FAILED> {
  try {
    return await work();
  } catch {
    return FAILED;
  }
}
