import { isObject } from "./options.ts";
import type { Json } from "./options.ts";
import type { TalkOptions } from "./talk-options.ts";

/** What is said in one conversation. */
export interface Script {
  /** Said before all turns. */
  readonly system?: string;
  readonly turns: readonly string[];
  /** Longest answer wanted, in tokens. */
  readonly maxTokens?: number;
}

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
  readonly system?: string;
  readonly maxTokens?: number;
  readonly model?: string;
  /** A name for this one message, where the protocol has such. */
  readonly id?: string;
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

/** A number in [0, 1) that follows from the seed, the number of the conversation (0, 1 ...) and a purpose alone. */
export function unitOf(seed: number, conversation: number, use: number): number {
  return mix(mix(mix(seed) + conversation) + use) / 0x1_0000_0000;
}

/**
 * Conversation number `conversation` of the script's own messages: `turns` of the list in a row from a seeded start.
 * Unless it is one of the repeated ones, each message names the conversation, so that no cache can have seen it.
 */
export function ownScript(options: TalkOptions, conversation: number, id: string): Script {
  const { messages, turns, repeat_share, seed } = options;
  const start = Math.floor(unitOf(seed, conversation, 0) * messages.length);
  const own = unitOf(seed, conversation, 1) < repeat_share ? "" : ` (order ${id})`;
  return {
    turns: Array.from({ length: turns }, (_, turn) => `${messages[(start + turn) % messages.length] ?? ""}${own}`),
  };
}

/** Does a template have a place for this? */
export function mentions(template: Json, name: string): boolean {
  return JSON.stringify(template).includes(`{{${name}}}`);
}

/** Fills a turn into the body: a pure copy, nothing of the template is changed. Undefined: there is no such value. */
export function fill(template: Json, turn: Turn): Json | undefined {
  if (template === "{{messages}}") return messagesOf(turn);
  if (template === "{{max_tokens}}") return turn.maxTokens;
  if (typeof template === "string") {
    const values: Readonly<Record<string, string | undefined>> = {
      message: turn.message,
      conversation_id: turn.conversationId,
      turn: String(turn.turn),
      system: turn.system ?? "",
      max_tokens: turn.maxTokens === undefined ? "" : String(turn.maxTokens),
      model: turn.model,
      id: turn.id,
    };
    return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  }
  if (Array.isArray(template)) return template.map((item) => fill(item as Json, turn) ?? null);
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).flatMap(([key, value]) => {
      const filled = fill(value, turn);
      return filled === undefined ? [] : [[key, filled]];
    }),
  );
}

function messagesOf({ system, history, message }: Turn): Json {
  const before = system === undefined ? [] : [{ role: "system", content: system }];
  return [...before, ...history.map(({ role, content }) => ({ role, content })), { role: "user", content: message }];
}
