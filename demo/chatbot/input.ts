import { parseCompletion } from "../provider/request.ts";
import type { CompletionRequest, Parsed } from "../provider/request.ts";

export interface ChatInput {
  readonly conversationId: string;
  readonly message: string;
  readonly stream: boolean;
}

/** Whether the cache may answer, and whether it may keep the answer. */
export interface CacheUse {
  readonly read: boolean;
  readonly store: boolean;
}

/** Reads the header `cache-control` of a request: `no-cache` asks for a fresh answer, `no-store` to keep none. */
export function cacheUseOf(header: string | undefined): CacheUse {
  const words = (header ?? "").toLowerCase().split(/[\s,]+/);
  return { read: !words.includes("no-cache"), store: !words.includes("no-store") };
}

const MAX_ID_LENGTH = 128;
const MAX_MESSAGE_LENGTH = 8_000;
/** PostgreSQL cannot store it in text. */
const NUL = "\u0000";

/** Reads the body of `POST /api/chat`; the problem is one sentence for the caller. */
export function parseChat(body: unknown): Parsed<ChatInput> {
  const given = (body ?? {}) as { conversation_id?: unknown; message?: unknown; stream?: unknown };
  const { conversation_id: id, message, stream = false } = given;
  if (!isText(id, MAX_ID_LENGTH)) {
    return { ok: false, problem: `\`conversation_id\` must be text of 1 to ${MAX_ID_LENGTH} characters.` };
  }
  if (!isText(message, MAX_MESSAGE_LENGTH)) {
    return { ok: false, problem: `\`message\` must be text of 1 to ${MAX_MESSAGE_LENGTH} characters.` };
  }
  if (typeof stream !== "boolean") return { ok: false, problem: "`stream` must be true or false." };
  return { ok: true, value: { conversationId: id, message, stream } };
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= maxLength && !value.includes(NUL);
}

/** Reads the body of `POST /v1/chat/completions`. */
export function parseOpenAi(body: unknown): Parsed<CompletionRequest> {
  return parseCompletion(body);
}
