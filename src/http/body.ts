import express, { type RequestHandler } from "express";
import { refusal, type Answer } from "./answer.ts";

export const MAX_BODY_BYTES = 64 * 1024;

/** Parses JSON; what it refuses goes to the error handler as an http-errors value (faultAnswer). */
export function jsonBody(): RequestHandler {
  // Compressed bodies are refused: a small one can become a large one.
  return express.json({ limit: MAX_BODY_BYTES, inflate: false, strict: false });
}

interface BodyHead {
  readonly "content-type"?: string | undefined;
  readonly "content-length"?: string | undefined;
  readonly "transfer-encoding"?: string | undefined;
}

export function hasBody(headers: BodyHead): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** A body that is not called JSON; a form of another site cannot send one that is. */
export function wrongBodyType(headers: BodyHead): Answer | undefined {
  if (!hasBody(headers) || /^application\/json *(;|$)/i.test(headers["content-type"] ?? "")) return undefined;
  const message = "The body must be JSON, with `Content-Type: application/json`.";
  return refusal({ status: 415, code: "unsupported_media_type", message });
}

/** What the body parser says of a body that it did not take; undefined when the error is not one of it. */
export function bodyFault(type: unknown): Answer | undefined {
  switch (type) {
    case "entity.too.large": {
      const message = `The body is larger than the ${MAX_BODY_BYTES} bytes that are taken.`;
      // What else the client sends of it is not waited for.
      return refusal({ status: 413, code: "body_too_large", message, headers: { connection: "close" } });
    }
    case "entity.parse.failed":
      return refusal({ status: 400, code: "bad_request", message: "The body is not valid JSON." });
    case "encoding.unsupported":
    case "charset.unsupported": {
      const message = "The body must be plain UTF-8 JSON, without compression.";
      return refusal({ status: 415, code: "unsupported_media_type", message });
    }
    case "request.aborted":
    case "request.size.invalid":
      return refusal({ status: 400, code: "bad_request", message: "The body ended before its announced length." });
    default:
      return undefined;
  }
}
