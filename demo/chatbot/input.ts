import { parseCompletion } from "../provider/request.ts";
import type { CompletionRequest, Parsed } from "../provider/request.ts";

export interface ChatInput {
  readonly conversationId: string;
  readonly message: string;
}

const MAX_ID_LENGTH = 128;
const MAX_MESSAGE_LENGTH = 8_000;
/** PostgreSQL cannot store it in text. */
const NUL = "\u0000";

/** Reads the body of `POST /api/chat`; the problem is one sentence for the caller. */
export function parseChat(body: unknown): Parsed<ChatInput> {
  const { conversation_id: id, message } = (body ?? {}) as { conversation_id?: unknown; message?: unknown };
  if (!isText(id, MAX_ID_LENGTH)) {
    return { ok: false, problem: `\`conversation_id\` must be text of 1 to ${MAX_ID_LENGTH} characters.` };
  }
  if (!isText(message, MAX_MESSAGE_LENGTH)) {
    return { ok: false, problem: `\`message\` must be text of 1 to ${MAX_MESSAGE_LENGTH} characters.` };
  }
  return { ok: true, value: { conversationId: id, message } };
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= maxLength && !value.includes(NUL);
}

/** Reads the body of `POST /v1/chat/completions`. */
export function parseOpenAi(body: unknown): Parsed<CompletionRequest> {
  return parseCompletion(body);
}
