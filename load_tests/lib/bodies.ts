// What a turn of a conversation is asked with.
import type { ChatOptions } from "./chat-options.ts";
import { fillerOf, mentions } from "./conversation.ts";
import type { Turn } from "./conversation.ts";
import type { Talk } from "./talk.ts";

export type Asked = Pick<Turn, "turn" | "message" | "history">;

/** Writes request bodies. A body without a place for the system prompt gets it with the first message. */
export function bodies(params: Pick<ChatOptions, "body" | "model">) {
  const hasSystem = mentions(params.body, "messages") || mentions(params.body, "system");
  const fill = fillerOf(params.body);
  return (talk: Talk, { turn, message, history }: Asked): string => {
    const { id: conversationId, system, maxTokens } = talk;
    const isFirst = turn === 1 && system !== undefined && !hasSystem;
    const said = isFirst ? `${system}\n\n${message}` : message;
    const more = { ...(system !== undefined && { system }), ...(maxTokens !== undefined && { maxTokens }) };
    return JSON.stringify(fill({ conversationId, turn, message: said, history, model: params.model, ...more }));
  };
}
