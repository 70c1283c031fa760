import type { StreamKind, Usage } from "./protocol.ts";
import type { StreamEvent } from "./sse.ts";
import { usageOf } from "./usage.ts";

/** What one event means for the timing of its answer. */
export interface Meaning {
  readonly role?: true;
  readonly reasoning?: true;
  /** Non-empty text, or a part of a tool call. */
  readonly content?: true;
  readonly text?: string;
  readonly finishReason?: string;
  readonly usage?: Usage;
  readonly cached?: boolean;
  /** The answer is whole. */
  readonly done?: true;
  /** The stream says that the answer failed. */
  readonly error?: string;
  /** The event is not of the shape that was expected. */
  readonly invalid?: string;
}

const NOTHING: Meaning = {};
const DONE: Meaning = { done: true };

/** Names that events of either kind may bear; any other says that it is something beside the answer (`ping`). */
const PLAIN = new Set(["", "message"]);
const NAMED = new Set(["token", "reasoning", "done", "error"]);

/** Reads one event as OpenAI's chunk or as a chatbot's own event. */
export function meaningOf(kind: StreamKind, { name, data, tooLong }: StreamEvent): Meaning {
  if (tooLong === true) return { invalid: "a line of more than 1 MiB" };
  if (data === "[DONE]") return DONE;
  const value = parsed(data);
  if (name === "error") return { error: messageOf(value?.error ?? value ?? data) };
  // The name says it; what stands beside it may be no JSON at all, but not a broken one.
  if (kind === "events" && name === "done" && (value !== undefined || !data.startsWith("{")))
    return value === undefined ? DONE : { ...wholeOf(value), done: true };
  // Whoever names the chunks of an answer still sends chunks; what else has a name of its own is none of it.
  const isOther = !PLAIN.has(name) && (kind === "openai" ? !Array.isArray(value?.choices) : !NAMED.has(name));
  if (isOther || data === "") return NOTHING;
  if (value === undefined) return { invalid: "an event that is no JSON object" };
  return kind === "openai" ? ofChunk(value) : ofEvent(name, value);
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** https://platform.openai.com/docs/api-reference/chat-streaming, with the reasoning fields of vLLM and others. */
function ofChunk(chunk: Fields): Meaning {
  if (chunk.error != null) return { error: messageOf(chunk.error) };
  // Usage alone, a filter's verdict, a gateway's word: no part of the answer.
  if (!Array.isArray(chunk.choices)) return wholeOf(chunk);
  const usage = usageOf(chunk.usage);
  const choice = fieldsOf(chunk.choices[0]);
  const delta = fieldsOf(choice?.delta) ?? NO_FIELDS;
  const finish = choice?.finish_reason;
  const isFull = isText(delta.content) || isText(delta.refusal) || hasToolCall(delta);
  return {
    ...(typeof delta.role === "string" && { role: true }),
    ...((isText(delta.reasoning_content) || isText(delta.reasoning)) && { reasoning: true }),
    ...(isFull && { content: true }),
    ...(isText(delta.content) && { text: delta.content }),
    ...(typeof finish === "string" && { finishReason: finish }),
    ...(usage && { usage }),
    ...(chunk.done === true && { done: true }),
  };
}

const NO_FIELDS: Fields = {};

function hasToolCall({ tool_calls: calls, function_call: call }: Fields): boolean {
  return (Array.isArray(calls) && calls.length > 0) || call != null;
}

/** Events `token`, `reasoning`, `done` and `error`, or unnamed ones with the same fields. */
function ofEvent(name: string, value: Fields): Meaning {
  if (PLAIN.has(name) && value.error != null) return { error: messageOf(value.error) };
  if (name === "reasoning") return textOf(value) === undefined ? NOTHING : { reasoning: true };
  const text = textOf(value);
  return {
    ...wholeOf(value),
    ...(isText(value.reasoning) && { reasoning: true }),
    ...(text !== undefined && { content: true, text }),
  };
}

function textOf({ text, content, token, delta }: Fields): string | undefined {
  return [text, content, token, delta].find(isText);
}

/** What may stand in any event, and does in the last. */
function wholeOf({ done, usage: told, cached, finish_reason: finish }: Fields): Meaning {
  const usage = usageOf(told);
  return {
    ...(done === true && { done }),
    ...(usage && { usage }),
    ...(typeof cached === "boolean" && { cached }),
    ...(typeof finish === "string" && { finishReason: finish }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Of an error only its message or type; a target may put anything beside them. */
function messageOf(error: unknown): string {
  const fields = fieldsOf(error) ?? NO_FIELDS;
  const said = [error, fields.message, fields.type, fields.code].find(isText);
  return (said ?? "it did not say why").slice(0, 200);
}
