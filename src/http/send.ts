import type { Response } from "express";
import type { Answer } from "./answer.ts";

/** Writes an answer, under headers that let a browser do nothing with it but show it. */
export function send(response: Response, answer: Answer): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  // Not response.type(): it would add a charset to the type that the metrics were made for.
  response.setHeader("content-type", answer.contentType);
  response.setHeader("content-length", Buffer.byteLength(answer.text));
  response.end(response.req.method === "HEAD" ? undefined : answer.text);
}
