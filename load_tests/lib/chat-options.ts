import { DEFAULT_MESSAGES } from "./messages.ts";
import { number, object, parseOptions, text, textByName, texts, whole } from "./options.ts";
import type { JsonObject, Reader } from "./options.ts";

/** The options of `k6_api_test.ts`, as a scenario gives them under `params:`. */
export interface ChatOptions {
  /** Messages of one conversation. */
  readonly turns: number;
  /** Mean pause after each answer; each pause lies between half and one and a half times this. */
  readonly think_time_seconds: number;
  /** After this the request is a failed one. */
  readonly timeout_seconds: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Header name -> name of a secret of the scenario. */
  readonly headers_from_secrets: Readonly<Record<string, string>>;
  /**
   * The request body. In any text of it {{message}}, {{conversation_id}} and {{turn}} are filled in; a text that is
   * just {{messages}} becomes the whole conversation as OpenAI's list of { role, content }.
   */
  readonly body: JsonObject;
  /** Where the reply's text stands in the answer (`reply`, `choices.0.message.content`); given, it must be there. */
  readonly reply_field?: string;
  /** `json`: an answer that is no JSON object or list is a failure. `any`: status 200 suffices. */
  readonly answer: "json" | "any";
  /** What the users say, in this order, each conversation from its own starting point. */
  readonly messages: readonly string[];
  /** Share (0-1) of the conversations that others have word for word; a cache can answer only these. */
  readonly repeat_share: number;
  /** Decides which conversation says what. */
  readonly seed: number;
}

const FIELD_PATH = /^[^.\s]+(\.[^.\s]+)*$/;
const ANSWER_KINDS: Reader<ChatOptions["answer"]> = (name, value) =>
  text(/^(json|any)$/, '"json" or "any"')(name, value) as ChatOptions["answer"];

const READERS: { readonly [K in keyof Required<ChatOptions>]: Reader<Required<ChatOptions>[K]> } = {
  turns: whole(1, 1000),
  think_time_seconds: number(0, 3600),
  timeout_seconds: number(0.001, 3600),
  path: text(/^\/[^\s]*$/, "a path that begins with /"),
  headers: textByName,
  headers_from_secrets: textByName,
  body: object,
  reply_field: text(FIELD_PATH, "the path of a field such as choices.0.message.content"),
  answer: ANSWER_KINDS,
  messages: texts,
  repeat_share: number(0, 1),
  seed: whole(0, 2 ** 31),
};

const DEFAULTS: ChatOptions = {
  turns: 3,
  think_time_seconds: 1,
  timeout_seconds: 60,
  path: "/api/chat",
  headers: {},
  headers_from_secrets: {},
  body: { conversation_id: "{{conversation_id}}", message: "{{message}}" },
  answer: "json",
  messages: DEFAULT_MESSAGES,
  repeat_share: 0.3,
  seed: 1,
};

/** Reads the JSON of CHATBENCH_PARAMS; throws one clear sentence about the first option that is wrong. */
export function readChatOptions(json: string | undefined): ChatOptions {
  const given = parseOptions(json, Object.keys(READERS));
  const read = Object.entries(given).map(([name, value]) => {
    const reader = READERS[name as keyof ChatOptions] as Reader<unknown>;
    return [name, reader(name, value)];
  });
  return { ...DEFAULTS, ...(Object.fromEntries(read) as Partial<ChatOptions>) };
}
