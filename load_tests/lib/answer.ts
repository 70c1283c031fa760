import type { ChatOptions } from "./chat-options.ts";

/** What one answer of the chatbot says; a failed one says nothing. Absent means that the answer did not tell. */
export interface Answer {
  readonly good: boolean;
  readonly reply?: string;
  readonly cached?: boolean;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** Reads an answer; never throws, whatever the target sends. `body` is null when nothing was received. */
export function readAnswer(
  response: { readonly status: number; readonly body: unknown },
  options: Pick<ChatOptions, "answer" | "reply_field">,
): Answer {
  if (response.status !== 200) return { good: false };
  const body = parse(response.body);
  if (options.answer === "json" && (typeof body !== "object" || body === null)) return { good: false };
  const reply = options.reply_field === undefined ? at(body, "reply") : at(body, options.reply_field);
  const hasReply = typeof reply === "string" && reply !== "";
  if (options.reply_field !== undefined && !hasReply) return { good: false };
  const cached = at(body, "cached");
  const prompt = at(body, "usage.prompt_tokens");
  const completion = at(body, "usage.completion_tokens");
  return {
    good: true,
    ...(hasReply ? { reply } : {}),
    ...(typeof cached === "boolean" ? { cached } : {}),
    ...(isCount(prompt) && isCount(completion)
      ? { usage: { prompt_tokens: prompt, completion_tokens: completion } }
      : {}),
  };
}

function parse(body: unknown): unknown {
  if (typeof body !== "string") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The value at a path such as `choices.0.message.content`, or undefined. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    return (inner as Readonly<Record<string, unknown>>)[key];
  }, value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
