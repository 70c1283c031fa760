import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";

export interface SseRead {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Each piece as it came off the connection, with milliseconds since the request was sent. */
  readonly pieces: readonly { readonly bytes: Buffer; readonly ms: number }[];
  /** Milliseconds until the head was here. */
  readonly headMs: number;
  /** `cut`: the connection broke before the answer's end. */
  readonly end: "complete" | "cut" | "left";
}

export interface SseAsk {
  readonly headers?: Readonly<Record<string, string>>;
  /** Leaves once this says so. */
  readonly leave?: (textSoFar: string) => boolean;
}

/** Posts JSON and reads the answer piece by piece on a connection of its own, as no client library shows it. */
export async function postForSse(url: string, body: unknown, ask: SseAsk = {}): Promise<SseRead> {
  const begun = performance.now();
  const headers = { "content-type": "application/json", ...ask.headers };
  const { req, res } = await new Promise<{ req: ClientRequest; res: IncomingMessage }>((resolve, reject) => {
    const sent = request(url, { method: "POST", agent: false, headers }, (answer) => {
      resolve({ req: sent, res: answer });
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
  const headMs = performance.now() - begun;
  const pieces: { bytes: Buffer; ms: number }[] = [];
  const state = { left: false };
  const text = (): string => Buffer.concat(pieces.map(({ bytes }) => bytes)).toString();
  res.on("data", (bytes: Buffer) => {
    pieces.push({ bytes, ms: performance.now() - begun });
    if (ask.leave?.(text()) !== true) return;
    state.left = true;
    req.destroy();
  });
  await new Promise<void>((resolve) => {
    res.once("close", resolve);
    res.once("error", () => undefined);
    req.on("error", () => undefined);
  });
  const end = state.left ? "left" : res.complete ? "complete" : "cut";
  return { status: res.statusCode ?? 0, headers: res.headers, pieces, headMs, end };
}

/** The data of the events of an SSE text, in order. */
export function dataOf(read: SseRead): readonly string[] {
  return textOf(read)
    .split("\n\n")
    .flatMap((event) => event.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => line.slice("data: ".length));
}

export function textOf(read: SseRead): string {
  return Buffer.concat(read.pieces.map(({ bytes }) => bytes)).toString();
}
