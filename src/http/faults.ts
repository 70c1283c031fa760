import type { ErrorRequestHandler } from "express";
import { StoreUnavailable, type Log } from "../model/index.ts";
import { refusal, type Answer } from "./answer.ts";
import { bodyFault } from "./body.ts";
import { away } from "./routes/runs.ts";
import { send } from "./send.ts";

/** The one error handler: what was thrown is logged here and told outside without its details. */
export function faultHandler(log: Log): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line max-params, @typescript-eslint/no-unused-vars
  return (error: unknown, request, response, _next) => {
    const answer = faultAnswer(error);
    if (answer.status >= 500 && !(error instanceof StoreUnavailable)) {
      const handler = String(response.locals.handler ?? "");
      log.error("An HTTP request failed.", { handler, method: request.method, error: textOf(error) });
    }
    if (response.headersSent) response.destroy();
    else send(response, answer);
  };
}

export function faultAnswer(error: unknown): Answer {
  if (error instanceof StoreUnavailable) return away({ away: "The database is away: try again in a moment." });
  if (error instanceof URIError) {
    return refusal({ status: 400, code: "bad_request", message: "The path is not a valid URL." });
  }
  const type = typeof error === "object" && error !== null && "type" in error ? error.type : undefined;
  const status = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
  const known = bodyFault(type);
  if (known !== undefined) return known;
  if (status === 400) return refusal({ status: 400, code: "bad_request", message: "The request is not valid." });
  const message = "Something in the daemon failed: its log says what.";
  return refusal({ status: 500, code: "internal", message });
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
