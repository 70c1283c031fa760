import { object, readOptions, text } from "./options.ts";
import type { JsonObject, Reader, Readers } from "./options.ts";
import { TALK_DEFAULTS, TALK_READERS } from "./talk-options.ts";
import type { TalkOptions } from "./talk-options.ts";

/** The options of scripts that ask over HTTP, as a scenario gives them under `params:`. */
export interface ChatOptions extends TalkOptions {
  readonly path: string;
  /**
   * The request body. In any text of it {{message}}, {{conversation_id}}, {{turn}}, {{system}} and {{model}} are filled
   * in; a text that is just {{messages}} becomes the whole conversation as OpenAI's list of { role, content }, one that
   * is just {{max_tokens}} the number of a prompt set, and without one its key is left out.
   */
  readonly body: JsonObject;
  /** Which model is asked, for {{model}}. */
  readonly model: string;
  /** Where the reply's text stands in the answer (`reply`, `choices.0.message.content`); given, it must be there. */
  readonly reply_field?: string;
  /** `json`: an answer that is no JSON object or list is a failure. `any`: status 200 suffices. */
  readonly answer: "json" | "any";
}

const FIELD_PATH = /^[^.\s]+(\.[^.\s]+)*$/;
const ANSWER_KINDS: Reader<ChatOptions["answer"]> = (name, value) =>
  text(/^(json|any)$/, '"json" or "any"')(name, value) as ChatOptions["answer"];

export const PATH = text(/^\/[^\s]*$/, "a path that begins with /");
/** The path of a field within JSON. */
export const FIELD = text(FIELD_PATH, "the path of a field such as choices.0.message.content");

const READERS: Readers<ChatOptions> = {
  ...TALK_READERS,
  path: PATH,
  body: object,
  model: text(/\S/, "the name of a model"),
  reply_field: FIELD,
  answer: ANSWER_KINDS,
};

/** The chatbot's own form of a question. */
export const CHAT_DEFAULTS: ChatOptions = {
  ...TALK_DEFAULTS,
  path: "/api/chat",
  body: { conversation_id: "{{conversation_id}}", message: "{{message}}" },
  model: "default",
  answer: "json",
};

/** OpenAI's form. */
export const OPENAI_DEFAULTS: ChatOptions = {
  ...TALK_DEFAULTS,
  path: "/v1/chat/completions",
  body: { model: "{{model}}", messages: "{{messages}}", max_tokens: "{{max_tokens}}" },
  model: "default",
  reply_field: "choices.0.message.content",
  answer: "json",
};

/** Reads the JSON of CHATBENCH_PARAMS; throws one clear sentence about the first option that is wrong. */
export function readChatOptions(json: string | undefined, defaults: ChatOptions = CHAT_DEFAULTS): ChatOptions {
  return readOptions(json, { readers: READERS, defaults });
}
