import type { Failure } from "../http/errors.ts";
import type { Failed } from "./answering.ts";

export function badRequest(message: string): Failure {
  return { status: 400, code: "bad_request", message };
}

/** The provider's failure is a 502, the store's a 503. */
export function failureOf({ kind, problem }: Failed): Failure {
  return { status: kind === "provider_failed" ? 502 : 503, code: kind, message: problem };
}
