import type { ChatMessage } from "./text.ts";

/** What of an OpenAI chat completion request this provider heeds. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  readonly stream: boolean;
  /** `stream_options.include_usage`: the last chunk but `[DONE]` tells the usage. */
  readonly includeUsage: boolean;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const DEFAULT_MAX_TOKENS = 4096;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMessage(value: unknown): value is ChatMessage {
  return isRecord(value) && typeof value.role === "string" && typeof value.content === "string";
}

/** Reads the body of `POST /v1/chat/completions`; the problem is one sentence for the caller. */
export function parseCompletion(body: unknown): Parsed<CompletionRequest> {
  if (!isRecord(body)) return { ok: false, problem: "The body must be a JSON object." };
  const { model, messages, stream = false, max_tokens: maxTokens = DEFAULT_MAX_TOKENS } = body;
  if (typeof model !== "string" || model === "") return { ok: false, problem: "`model` must be the name of a model." };
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    return { ok: false, problem: "`messages` must be a non-empty list of { role, content } with text in both." };
  }
  if (typeof stream !== "boolean") return { ok: false, problem: "`stream` must be true or false." };
  if (typeof maxTokens !== "number" || !Number.isInteger(maxTokens) || maxTokens < 1) {
    return { ok: false, problem: "`max_tokens` must be a whole number of at least 1." };
  }
  const options = body.stream_options;
  const includeUsage = isRecord(options) && options.include_usage === true;
  return { ok: true, value: { model, messages, maxTokens, stream, includeUsage } };
}
