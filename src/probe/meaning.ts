import type { StreamKind, Usage } from "./protocol.ts";
import type { StreamEvent } from "./sse.ts";

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

/** Reads one event as OpenAI's chunk or as a chatbot's own event. */
export function meaningOf(kind: StreamKind, event: StreamEvent): Meaning {
  if (kind === "openai" && event.data === "[DONE]") return DONE;
  const value = parsed(event.data);
  if (value === undefined) return { invalid: "an event that is no JSON object" };
  return kind === "openai" ? ofChunk(value) : ofEvent(event.name, value);
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
  const usage = usageOf(chunk.usage);
  if (!Array.isArray(chunk.choices)) return usage === undefined ? { invalid: "a chunk without `choices`" } : { usage };
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
  };
}

const NO_FIELDS: Fields = {};

function hasToolCall({ tool_calls: calls, function_call: call }: Fields): boolean {
  return (Array.isArray(calls) && calls.length > 0) || call != null;
}

/** Events `token`, `reasoning`, `done` and `error`, or unnamed ones with the same fields. */
function ofEvent(name: string, value: Fields): Meaning {
  if (name === "error" || (name === "" && value.error != null)) return { error: messageOf(value.error ?? value) };
  if (name === "done") {
    const usage = usageOf(value.usage);
    return { done: true, ...(usage && { usage }), ...(typeof value.cached === "boolean" && { cached: value.cached }) };
  }
  const text = [value.text, value.content, value.token, value.delta].find(isText);
  if (name === "reasoning") return text === undefined ? NOTHING : { reasoning: true };
  if (name !== "token" && name !== "message" && name !== "") return NOTHING;
  return text === undefined ? NOTHING : { content: true, text };
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

function usageOf(value: unknown): Usage | undefined {
  const usage = fieldsOf(value);
  if (usage === undefined) return undefined;
  const count = (of: Fields | undefined, name: string): number | undefined => {
    const found = of?.[name];
    return typeof found === "number" && Number.isInteger(found) && found >= 0 ? found : undefined;
  };
  const told = {
    prompt_tokens: count(usage, "prompt_tokens"),
    completion_tokens: count(usage, "completion_tokens"),
    reasoning_tokens: count(fieldsOf(usage.completion_tokens_details), "reasoning_tokens"),
    cached_tokens: count(fieldsOf(usage.prompt_tokens_details), "cached_tokens"),
  };
  return Object.fromEntries(Object.entries(told).filter(([, tokens]) => tokens !== undefined));
}
