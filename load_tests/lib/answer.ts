import type { ChatOptions } from "./chat-options.ts";
import { at, readTold } from "./read-told.ts";
import type { Told } from "./read-told.ts";

/** What one answer of the chatbot says; a failed one says nothing but why. */
export interface Answer extends Told {
  readonly good: boolean;
  readonly reply?: string;
  /** Of a failed one: what was wrong, in a phrase. */
  readonly why?: string;
}

interface Response {
  readonly status: number;
  /** Null when nothing was received. */
  readonly body: unknown;
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads an answer; never throws, whatever the target sends. */
export function readAnswer(response: Response, options: Pick<ChatOptions, "answer" | "reply_field">): Answer {
  const { status } = response;
  const failed = (why: string): Answer => ({ good: false, why });
  if (status === 0) return failed(response.error ?? "no answer came");
  if (status !== 200) return failed(`status ${status} instead of 200`);
  const body = parse(response.body);
  if (options.answer === "json" && (typeof body !== "object" || body === null)) {
    return failed(`status 200 with ${response.headers?.["Content-Type"] ?? "no content type"} that is no JSON object`);
  }
  const reply = at(body, options.reply_field ?? "reply");
  const hasReply = typeof reply === "string" && reply !== "";
  if (options.reply_field !== undefined && !hasReply) return failed(`no text at ${options.reply_field}`);
  return { good: true, ...(hasReply ? { reply } : {}), ...readTold(body, () => response.headers ?? {}) };
}

function parse(body: unknown): unknown {
  if (typeof body !== "string") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
