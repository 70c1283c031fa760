import type { ChatOptions } from "./chat-options.ts";
import { isObject } from "./options.ts";
import type { Json } from "./options.ts";

export interface Said {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What is filled into the body of one request. */
export interface Turn {
  readonly conversationId: string;
  /** 1 for the first. */
  readonly turn: number;
  readonly message: string;
  /** Earlier messages and answers, oldest first, without `message`. */
  readonly history: readonly Said[];
}

/** Mixes 32 bits so that neighbours in become strangers out (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) that follows from the seed, the user (1, 2 ...), its iteration (0, 1 ...) and a purpose alone. */
export function unitOf(seed: number, who: { readonly user: number; readonly iteration: number }, use: number): number {
  return mix(mix(mix(mix(seed) + who.user) + who.iteration) + use) / 0x1_0000_0000;
}

/**
 * The messages of one conversation: `turns` of the list in a row from a seeded start. Unless it is one of the repeated
 * ones, each message names the conversation, so that no cache can have seen it.
 */
export function messagesOf(
  options: ChatOptions,
  who: { readonly user: number; readonly iteration: number },
  conversationId: string,
): readonly string[] {
  const { messages, turns, repeat_share, seed } = options;
  const start = Math.floor(unitOf(seed, who, 0) * messages.length);
  const own = unitOf(seed, who, 1) < repeat_share ? "" : ` (order ${conversationId})`;
  return Array.from({ length: turns }, (_, turn) => `${messages[(start + turn) % messages.length] ?? ""}${own}`);
}

/** Fills a turn into the body: a pure copy, nothing of the template is changed. */
export function fill(template: Json, turn: Turn): Json {
  if (template === "{{messages}}") {
    return [...turn.history, { role: "user", content: turn.message }].map(({ role, content }) => ({ role, content }));
  }
  if (typeof template === "string") {
    const values: Readonly<Record<string, string>> = {
      message: turn.message,
      conversation_id: turn.conversationId,
      turn: String(turn.turn),
    };
    return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  }
  if (Array.isArray(template)) return template.map((item) => fill(item as Json, turn));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value, turn)]));
}
