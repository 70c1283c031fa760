import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface LoopbackRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Aborts when the caller leaves before its answer is whole. */
  readonly gone: AbortSignal;
  answer(status: number, json: string): void;
}

export interface LoopbackServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  readonly maxBodyBytes: number;
  /** As soon as the head of a request is here, before its body. */
  onHead?(): void;
  onRequest(request: LoopbackRequest): void;
}

/** An HTTP server on a free port of 127.0.0.1 and nothing else; a body that is too large closes its connection. */
export async function startLoopbackServer(options: LoopbackOptions): Promise<LoopbackServer> {
  // Never the first to close a connection: a caller who uses it in that moment would see a failure of ours.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (req, res) => {
    options.onHead?.();
    receive(req, res, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", 4096, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return { url: `http://127.0.0.1:${address.port}`, close: () => closed(server) };
}

function receive(req: IncomingMessage, res: ServerResponse, options: LoopbackOptions): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  const left = new AbortController();
  res.on("close", () => {
    if (!res.writableFinished) left.abort();
  });
  req.on("error", () => undefined);
  res.on("error", () => undefined);
  req.on("data", (part: Buffer) => {
    bytes += part.length;
    parts.push(part);
    if (bytes > options.maxBodyBytes) req.destroy();
  });
  req.on("end", () => {
    const { method = "", url = "", headers } = req;
    const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    const answer = (status: number, json: string): void => {
      const text = Buffer.from(json);
      res.writeHead(status, { "content-type": "application/json", "content-length": text.length });
      res.end(text);
    };
    options.onRequest({ method, path: url, headers, body, gone: left.signal, answer });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
