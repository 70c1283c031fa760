/** What a route says back: a value, so that routes can be read and tested without a socket. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
}

/** The codes of every refusal: clients may rely on them, the sentences beside them may change. */
export type RefusalCode =
  | "bad_request"
  | "unauthorized"
  | "not_found"
  | "method_not_allowed"
  | "configuration_refused"
  | "reload_under_way"
  | "idempotency_conflict"
  | "run_ended"
  | "body_too_large"
  | "unsupported_media_type"
  | "wrong_host"
  | "too_many_attempts"
  | "queue_full"
  | "internal"
  | "no_engine"
  | "not_ready"
  | "database_away"
  | "timeout";

export interface Refusal {
  readonly status: number;
  readonly code: RefusalCode;
  /** One sentence: what, where, what to do. */
  readonly message: string;
  /** All problems, where there can be several. */
  readonly problems?: readonly string[];
  /** Further data for programs, beside the message. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_TYPE = "application/json; charset=utf-8";

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, contentType: JSON_TYPE, text: `${JSON.stringify(value)}\n` };
}

export function text(contentType: string, body: string): Answer {
  return { status: 200, headers: {}, contentType, text: body };
}

/** `{ "error": { "code", "message", ... } }`: the one shape of everything that is not the answer. */
export function refusal({ status, code, message, problems, details, headers }: Refusal): Answer {
  const error = { code, message, ...(problems === undefined ? {} : { problems }), ...details };
  return json(status, { error }, headers);
}

/** A page carries its own policy; as a header it holds before the first byte of the page is read. */
export function page(html: string): Answer {
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  const whole = policy ?? "default-src 'none'";
  return {
    status: 200,
    headers: { "content-security-policy": `${whole}; frame-ancestors 'none'` },
    contentType: "text/html; charset=utf-8",
    text: html,
  };
}
