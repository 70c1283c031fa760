import type { ErrorRequestHandler, RequestHandler, Response } from "express";

/** An answer that is no success: HTTP status, a word for machines and one sentence for people. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The one form of every error of the demo, which is OpenAI's: `{ "error": { "message", "type" } }`. */
export function sendFailure(res: Response, failure: Failure): void {
  if (res.headersSent || res.destroyed) return;
  res.status(failure.status).json({ error: { message: failure.message, type: failure.code } });
}

export const notFound: RequestHandler = (req, res) => {
  sendFailure(res, { status: 404, code: "not_found", message: `There is no ${req.method} ${req.path} here.` });
};

/** Only JSON bodies: anything else would arrive as an empty one and be misread. */
export const jsonOnly: RequestHandler = (req, res, next) => {
  if (req.method !== "POST" || req.is("application/json") !== false) {
    next();
    return;
  }
  sendFailure(res, {
    status: 415,
    code: "unsupported_media_type",
    message: "Send JSON: content-type application/json.",
  });
};

function failureOf(error: unknown): Failure {
  const { type, limit } = (typeof error === "object" && error !== null ? error : {}) as {
    readonly type?: unknown;
    readonly limit?: unknown;
  };
  if (type === "entity.too.large") {
    return { status: 413, code: "too_large", message: `The body is larger than ${String(limit)} bytes.` };
  }
  if (type === "entity.parse.failed") return { status: 400, code: "bad_json", message: "The body is not valid JSON." };
  if (typeof type === "string" && (type.startsWith("request.") || type.startsWith("encoding."))) {
    return { status: 400, code: "bad_request", message: "The body could not be read." };
  }
  return { status: 500, code: "internal", message: "Something unexpected went wrong; the log of the demo says what." };
}

/** Turns whatever was thrown into one JSON sentence; `log` hears of the unexpected, never the caller. */
export function errorHandler(log: (line: string) => void): ErrorRequestHandler {
  // eslint-disable-next-line max-params, @typescript-eslint/no-unused-vars -- Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    const failure = failureOf(error);
    if (failure.status === 500) {
      log(
        `${req.method} ${req.path} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    // A stream under way has no room for an error any more: cut, it at least does not look whole.
    if (res.headersSent) res.destroy();
    else sendFailure(res, failure);
  };
}
