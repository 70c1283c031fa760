import { FIELD, PATH } from "./chat-options.ts";
import { object, readOptions, text } from "./options.ts";
import type { JsonObject, Reader, Readers } from "./options.ts";
import { TALK_DEFAULTS, TALK_READERS } from "./talk-options.ts";
import type { TalkOptions } from "./talk-options.ts";

/** The options of `k6_websocket_test.ts`, as a scenario gives them under `params:`. */
export interface SocketOptions extends TalkOptions {
  readonly path: string;
  /** What is sent: filled in as the body of a request is, and {{id}} by a name for this one message. */
  readonly message: JsonObject;
  /** `frames`: answers come in pieces, as the fields below say. `one`: the next message is the whole answer. */
  readonly answer: "frames" | "one";
  /** Where a frame says what it is, and the words it says. A frame of any other type is passed over. */
  readonly type_field: string;
  readonly content_type: string;
  readonly reasoning_type: string;
  readonly done_type: string;
  readonly error_type: string;
  /** Where a frame holds its piece of the answer. */
  readonly text_field: string;
  /** Where it names the message it answers, and its own number (0, 1 ...); a frame without them is taken as it comes. */
  readonly id_field: string;
  readonly seq_field: string;
  /** Where the last frame tells how many numbered ones there were, and the whole answer. */
  readonly count_field: string;
  readonly reply_field: string;
}

const WORD = text(/^\S+$/, "a word");
const ANSWER: Reader<SocketOptions["answer"]> = (name, value) =>
  text(/^(frames|one)$/, '"frames" or "one"')(name, value) as SocketOptions["answer"];

const READERS: Readers<SocketOptions> = {
  ...TALK_READERS,
  path: PATH,
  message: object,
  answer: ANSWER,
  type_field: FIELD,
  content_type: WORD,
  reasoning_type: WORD,
  done_type: WORD,
  error_type: WORD,
  text_field: FIELD,
  id_field: FIELD,
  seq_field: FIELD,
  count_field: FIELD,
  reply_field: FIELD,
};

/** The form of the reference chatbot. */
export const SOCKET_DEFAULTS: SocketOptions = {
  ...TALK_DEFAULTS,
  path: "/ws",
  message: { id: "{{id}}", conversation_id: "{{conversation_id}}", message: "{{message}}" },
  answer: "frames",
  type_field: "type",
  content_type: "token",
  reasoning_type: "reasoning",
  done_type: "done",
  error_type: "error",
  text_field: "text",
  id_field: "id",
  seq_field: "seq",
  count_field: "count",
  reply_field: "reply",
};

/** Reads the JSON of CHATBENCH_PARAMS; throws one clear sentence about the first option that is wrong. */
export function readSocketOptions(json: string | undefined): SocketOptions {
  return readOptions(json, { readers: READERS, defaults: SOCKET_DEFAULTS });
}
