import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request as the server saw it; `body` is whole by the time the handler is called. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** 0 for the first request of all. */
  readonly index: number;
  /** Wall time in milliseconds at which its head arrived. */
  readonly at: number;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

export interface TestServer {
  /** `http://127.0.0.1:<free port>`. */
  readonly url: string;
  /** Every request so far, in the order of their arrival. */
  readonly seen: readonly SeenRequest[];
  countOf(path: string): number;
  close(): Promise<void>;
}

/** A server whose behaviour a test knows exactly, on a free port of 127.0.0.1. */
export async function startServer(handler: Handler = answer()): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const at = Date.now();
    const index = seen.length;
    const parts: Buffer[] = [];
    const { method = "", url = "", headers } = request;
    const arrived: { -readonly [K in keyof SeenRequest]: SeenRequest[K] } = {
      ...{ method, path: url, headers, body: "", index, at },
    };
    seen.push(arrived);
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("error", () => undefined);
    request.on("end", () => {
      arrived.body = Buffer.concat(parts).toString("utf8");
      handler(arrived, response);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    countOf: (path) => seen.filter((request) => request.path === path).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers every request alike after `delayMs`; the default is an immediate 200 with a chat reply. */
export function answer(options: { status?: number; body?: string; delayMs?: number } = {}): Handler {
  const { status = 200, body = '{"reply":"hello"}', delayMs = 0 } = options;
  return (_request, response) => {
    const send = (): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    };
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  };
}

/** Answers by path: `/status/503`, `/slow/200` (milliseconds), `/redirect/3` (hops), `/drop` (no answer); else 200. */
export const answerByPath: Handler = (request, response) => {
  const [, kind = "", value = ""] = request.path.split("/");
  if (kind === "status") answer({ status: Number(value) })(request, response);
  else if (kind === "slow") answer({ delayMs: Number(value) })(request, response);
  else if (kind === "drop") response.destroy();
  else if (kind === "redirect" && Number(value) > 0)
    response.writeHead(302, { location: `/redirect/${String(Number(value) - 1)}` }).end();
  else answer()(request, response);
};
