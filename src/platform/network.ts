import { createServer } from "node:net";

/** Asks the system for a port that nobody listens on; another program may still take it before you do. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
}

/** True if a program could listen on this port now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

export interface FetchLimits {
  readonly timeoutMs: number;
  /** A larger body is refused, not cut. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** Absent: GET without a body. */
  readonly send?: {
    readonly method: "GET" | "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
  };
}

export interface Fetched {
  readonly status: number;
  readonly text: string;
}

/**
 * GET unless `send` says otherwise, without following redirects. Every answer is a value, whatever its status; `problem` says in a few words why
 * there was none (refused, timeout, too large).
 */
export async function fetchText(url: URL, limits: FetchLimits): Promise<Fetched | { readonly problem: string }> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([timeout, limits.signal]);
  try {
    const response = await fetch(url, { ...limits.send, signal, redirect: "manual" });
    const text = await readAtMost(response, limits.maxBytes);
    if (text === undefined) return { problem: `its answer is larger than ${limits.maxBytes} bytes` };
    return { status: response.status, text };
  } catch (error) {
    return { problem: timeout.aborted ? `no answer within ${limits.timeoutMs} ms` : causeOf(error) };
  }
}

export type FetchedJson = { readonly status: number; readonly body: unknown } | { readonly problem: string };

/** As fetchText, but the body is parsed JSON; a body that is none is a problem. */
export async function fetchJson(url: URL, limits: FetchLimits): Promise<FetchedJson> {
  return jsonOf(await fetchText(url, limits));
}

/** A body that is no JSON is a problem. */
export function jsonOf(answer: Fetched | { readonly problem: string }): FetchedJson {
  if ("problem" in answer) return answer;
  try {
    return { status: answer.status, body: JSON.parse(answer.text) as unknown };
  } catch {
    return { problem: `its answer (status ${answer.status}) is not JSON` };
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the body, so the rest is not downloaded.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** fetch hides the useful part (ECONNREFUSED ...) in the cause, and with two addresses in a list of causes. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
