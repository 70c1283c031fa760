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

/** What of a turn stands where a template says `{{name}}`; undefined: the template's own text stays. */
const PLACES: ReadonlyMap<string, (turn: Turn) => string | undefined> = new Map([
  ["message", (turn) => turn.message],
  ["conversation_id", (turn) => turn.conversationId],
  ["turn", (turn) => String(turn.turn)],
  ["system", (turn) => turn.system ?? ""],
  ["max_tokens", (turn) => (turn.maxTokens === undefined ? "" : String(turn.maxTokens))],
  ["model", (turn) => turn.model],
  ["id", (turn) => turn.id],
]);

/** Fills a turn into a body; undefined: there is no such value. The template is never changed. */
export type Filler = (turn: Turn) => Json | undefined;

/** Reads a template once: what has no place in it is not looked at again at each request. */
export function fillerOf(template: Json): Filler {
  if (template === "{{messages}}") return messagesOf;
  if (template === "{{max_tokens}}") return (turn) => turn.maxTokens;
  if (typeof template === "string") return textFiller(template);
  if (!JSON.stringify(template).includes("{{")) return () => template;
  if (Array.isArray(template)) {
    const items = template.map((item) => fillerOf(item as Json));
    return (turn) => items.map((item) => item(turn) ?? null);
  }
  return isObject(template) ? objectFiller(template) : () => template;
}

function textFiller(template: string): Filler {
  const parts = template.split(/(\{\{\w+\}\})/).map((part) => {
    const place = PLACES.get(/^\{\{(\w+)\}\}$/.exec(part)?.[1] ?? "");
    return place === undefined ? () => part : (turn: Turn) => place(turn) ?? part;
  });
  return (turn) => parts.reduce((text, part) => text + part(turn), "");
}

function objectFiller(template: Readonly<Record<string, Json>>): Filler {
  const fields = Object.entries(template).map(([key, value]) => ({ key, filler: fillerOf(value) }));
  return (turn) => {
    // Without a prototype, so that any name is a field like any other.
    const filled = Object.create(null) as Record<string, Json>;
    fields.forEach(({ key, filler }) => {
      const value = filler(turn);
      if (value !== undefined) filled[key] = value;
    });
    return filled;
  };
}

function messagesOf({ system, history, message }: Turn): Json {
  const before = system === undefined ? [] : [{ role: "system", content: system }];
  return [...before, ...history.map(({ role, content }) => ({ role, content })), { role: "user", content: message }];
}
