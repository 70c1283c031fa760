import { z } from "zod";

/** `openai`: chunks of `/v1/chat/completions`; `events`: named events of a chatbot's own. */
export const STREAM_KINDS = ["openai", "events"] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** What a script asks of the probe: a path of the target that the probe was started for, never an address. */
export const AskSchema = z.strictObject({
  path: z.string().regex(/^\/(?!\/)[!"$-[\]-~]*$/, "must be a path in ASCII that begins with one /"),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/)),
  body: z.string(),
  kind: z.enum(STREAM_KINDS),
  timeout_ms: z.number().min(1).max(3_600_000),
  /** Also tell the text of the answer. */
  text: z.boolean().optional(),
});
export type Ask = z.infer<typeof AskSchema>;

/** How a stream ended; only `complete` is a good answer. */
export type StreamEnd =
  | "complete"
  /** Whole, but without any content. */
  | "empty"
  /** The connection or the stream ended before the answer did. */
  | "cut"
  /** The stream said that the answer failed. */
  | "error_event"
  | "timeout"
  | "redirect"
  | "bad_status"
  /** Status 200, but no event stream: HTML, or JSON in one piece. */
  | "not_a_stream"
  /** An event that is no JSON, or not of the shape. */
  | "invalid_data"
  | "too_large"
  /** The target could not be reached, or closed the connection without an answer. */
  | "no_connection";

export interface Usage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly reasoning_tokens?: number;
  readonly cached_tokens?: number;
}

/** What the probe saw of one exchange; times in milliseconds since the request was written to the connection. */
export interface ProbeAnswer {
  readonly end: StreamEnd;
  /** What was wrong, for people; holds nothing of the request. */
  readonly detail?: string;
  readonly status?: number;
  /** From the script's request at the probe until its own was written: parsing, queueing, connecting. */
  readonly dispatch_ms?: number;
  /** Of it what was the probe's own doing: all but connecting, and at most so late did it see the request. */
  readonly queue_ms?: number;
  readonly first_byte_ms?: number;
  readonly role_ms?: number;
  readonly first_reasoning_ms?: number;
  readonly first_content_ms?: number;
  readonly last_content_ms?: number;
  readonly closed_ms?: number;
  /** Between two events with content. */
  readonly gaps_ms?: readonly number[];
  readonly usage?: Usage;
  readonly finish_reason?: string;
  readonly cache_headers?: Readonly<Record<string, string>>;
  readonly cached?: boolean;
  readonly text?: string;
  /** At most so late did the probe look at the first content. */
  readonly late_ms?: number;
}
