import { CHAT_DEFAULTS, OPENAI_DEFAULTS, PATH } from "./chat-options.ts";
import { headers, object, parseOptions, readOptions, text } from "./options.ts";
import type { JsonObject, Reader, Readers } from "./options.ts";
import { TALK_READERS } from "./talk-options.ts";
import type { TalkOptions } from "./talk-options.ts";

/** The options of k6_stream_test.ts, as a scenario gives them under `params:`. */
export interface StreamOptions extends TalkOptions {
  /**
   * `openai`: chunks of /v1/chat/completions. `events`: events `token`, `reasoning`, `done` and `error`, or unnamed ones
   * with the same fields. Both may end with `[DONE]` or `"done": true`; events of other names are passed over.
   */
  readonly stream: "openai" | "events";
  readonly path: string;
  /** As of the other scripts; it must ask for a stream. */
  readonly body: JsonObject;
  readonly model: string;
}

const STREAMS: Reader<StreamOptions["stream"]> = (name, value) =>
  text(/^(openai|events)$/, '"openai" or "events"')(name, value) as StreamOptions["stream"];

/** What frames a request or a connection is the stream probe's alone (src/platform/streamed-posts.ts). */
const OF_CONNECTION = [
  ...["connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"],
];
/** The probe writes headers byte by byte. */
const LATIN_1 = /^[\t\x20-\x7e\x80-\xff]*$/;

const READERS: Readers<StreamOptions> = {
  ...TALK_READERS,
  headers: headers(OF_CONNECTION, LATIN_1),
  headers_from_secrets: headers(OF_CONNECTION),
  stream: STREAMS,
  path: PATH,
  body: object,
  model: text(/\S/, "the name of a model"),
};

function defaultsOf(stream: StreamOptions["stream"]): StreamOptions {
  const { path, body, model, ...talk } = stream === "openai" ? OPENAI_DEFAULTS : CHAT_DEFAULTS;
  // Without include_usage nobody tells the tokens of a stream, and time per token cannot be measured.
  const more: JsonObject =
    stream === "openai" ? { stream: true, stream_options: { include_usage: true } } : { stream: true };
  return { ...talk, stream, path, body: { ...body, ...more }, model };
}

/** Reads the JSON of CHATBENCH_PARAMS; throws one clear sentence about the first option that is wrong. */
export function readStreamOptions(json: string | undefined): StreamOptions {
  const given = parseOptions(json, Object.keys(READERS));
  const stream = given.stream === undefined ? "openai" : STREAMS("stream", given.stream);
  return readOptions(json, { readers: READERS, defaults: defaultsOf(stream) });
}
