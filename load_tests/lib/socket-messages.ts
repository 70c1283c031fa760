import { fillerOf, mentions } from "./conversation.ts";
import type { SocketOptions } from "./socket-options.ts";
import type { Talk } from "./talk.ts";

/** Writes messages. One without a place for the system prompt gets it with the first of its conversation. */
export function messageWriter({ message: template }: Pick<SocketOptions, "message">) {
  const hasSystem = mentions(template, "system");
  const fill = fillerOf(template);
  return (talk: Talk, turn: number, id: string): string => {
    const { id: conversationId, system, maxTokens } = talk;
    const text = talk.turns[turn - 1] ?? "";
    const message = turn === 1 && system !== undefined && !hasSystem ? `${system}\n\n${text}` : text;
    const more = { ...(system !== undefined && { system }), ...(maxTokens !== undefined && { maxTokens }) };
    return JSON.stringify(fill({ conversationId, turn, message, id, history: [], ...more }));
  };
}
