import type { RequestHandler } from "express";
import type { Clock } from "../model/index.ts";

/** `handler`: the pattern of the route, never the path of a request, or each made-up path were a series of its own. */
export type Answered = (
  handler: string,
  answer: { readonly method: string; readonly code: number; readonly seconds: number },
) => void;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function measured(options: { readonly clock: Clock; readonly answered: Answered }): RequestHandler {
  const { clock, answered } = options;
  return (request, response, next) => {
    const began = clock.now();
    response.once("finish", () => {
      const handler = String(response.locals.handler ?? "unmatched");
      const method = METHODS.has(request.method) ? request.method : "other";
      // A clock that is set back must not make a negative duration.
      const seconds = Math.max(0, clock.now() - began) / 1_000;
      answered(handler, { method, code: response.statusCode, seconds });
    });
    next();
  };
}
