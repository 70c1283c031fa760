import { eventText } from "../http/sse.ts";
import type { CompletionRequest } from "../provider/request.ts";
import type { Answered } from "./answering.ts";
import type { EventForm } from "./event-streams.ts";
import type { Completion } from "./ports.ts";

type Success = Extract<Answered, { kind: "answered" }>;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const wholeUsage = ({ usage }: Completion) => ({
  ...usage,
  total_tokens: usage.prompt_tokens + usage.completion_tokens,
});

/** A whole answer in OpenAI's form. */
export function openAiBody({ completion, cache }: Success, model: string, id: string) {
  const message = { role: "assistant", content: completion.text };
  return {
    id,
    object: "chat.completion",
    created: nowSeconds(),
    model,
    choices: [{ index: 0, message, finish_reason: completion.finishReason }],
    usage: wholeUsage(completion),
    cached: cache === "hit",
  };
}

/** A streamed answer in OpenAI's form: the provider's chunks as they are, or chunks of our own for a cached one. */
export function openAiEvents({ model, includeUsage }: CompletionRequest, id: string): EventForm {
  const head = { id, object: "chat.completion.chunk", created: nowSeconds(), model };
  const usage = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null = null): string =>
    eventText(undefined, {
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...usage,
    });
  const usageOf = (completion: Completion): string =>
    eventText(undefined, { ...head, choices: [], usage: wholeUsage(completion) });
  return {
    begin: (cache) => (cache === "hit" ? chunk({ role: "assistant", content: "" }) : ""),
    delta: ({ raw, content }) => (raw === undefined ? chunk({ content }) : `data: ${raw}\n\n`),
    done: ({ completion, usageRaw }) => {
      const end = usageRaw === undefined ? chunk({}, completion.finishReason) : "";
      const told = usageRaw === undefined ? usageOf(completion) : `data: ${usageRaw}\n\n`;
      return `${end}${includeUsage ? told : ""}data: [DONE]\n\n`;
    },
    failed: ({ kind, problem }) => eventText(undefined, { error: { message: problem, type: kind } }),
  };
}
