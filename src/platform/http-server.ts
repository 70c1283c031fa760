/** Node's HTTP(S) server with limits that hold against slow, idle and too many clients, free of routes. */
import { createServer, type IncomingMessage, type RequestListener, type Server as PlainServer } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { Connections, type ConnectionLimits } from "./http-connections.ts";

export interface HttpLimits {
  /** A client must have sent its request's head by then. */
  readonly headersMs: number;
  /** A client must have sent its whole request by then. */
  readonly requestMs: number;
  /** A connection without any traffic is closed after that. */
  readonly silenceMs: number;
  /** A connection between two requests is closed after that. */
  readonly keepAliveMs: number;
  readonly connections: ConnectionLimits;
}

/** PEM texts and what TLS asks of clients. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
  readonly clientCertificate: "none" | "if_given" | "required";
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: HttpLimits;
  readonly tls?: TlsMaterial;
  /** Whole answer to bytes that are no request, or came too slowly. */
  readonly misbehaved: (status: 400 | 408 | 431) => string;
}

export interface Listening {
  /** The address that is listened on, as the system tells it. */
  readonly address: string;
  readonly port: number;
  /** New connections use this certificate; whether clients need one stays as it was. */
  replaceTls(material: TlsMaterial): void;
  /** Takes nothing new, ends idle connections, waits `graceMs` for answers under way, then ends all. */
  close(graceMs: number): Promise<void>;
}

export type HttpHandler = RequestListener;
type Server = PlainServer | TlsServer;

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use by another program: stop that one, or listen on another port",
  EACCES: "may not be listened on by this user: ports below 1024 need rights, so choose a higher one",
  EADDRNOTAVAIL: "is no address of this machine: listen on one that it has",
  ENOTFOUND: "cannot be listened on: the host name is unknown",
  EAI_AGAIN: "cannot be listened on: the host name could not be looked up",
};

/** Listens; a problem is one sentence that begins with host and port. */
export async function listenHttp(
  handler: HttpHandler,
  options: ListenOptions,
): Promise<{ readonly listening: Listening } | { readonly problem: string }> {
  const { host, port, limits } = options;
  let server: Server;
  try {
    server = serverFor(handler, options);
  } catch (error) {
    return { problem: `The certificate or key cannot be used: ${messageOf(error)}.` };
  }
  const connections = new Connections(limits.connections);
  connections.watch(server);
  server.on("clientError", (error: Error & { code?: string }, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else socket.end(options.misbehaved(statusOf(error.code)), () => socket.destroy());
  });
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen({ host, port }, () => resolve(undefined));
  });
  if (failure !== undefined) {
    const words = LISTEN_PROBLEMS[failure.code ?? ""] ?? `cannot be listened on: ${failure.message}`;
    return { problem: `${hostAndPort(host, port)} ${words}.` };
  }
  const bound = server.address() as AddressInfo;
  return {
    listening: {
      address: bound.address,
      port: bound.port,
      replaceTls: (material) => {
        if ("setSecureContext" in server) server.setSecureContext(contextOf(material));
      },
      close: (graceMs) => closeServer(server, connections, graceMs),
    },
  };
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function serverFor(handler: HttpHandler, { limits, tls }: ListenOptions): Server {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    // Node looks for late clients this often; its own default is 30 s.
    connectionsCheckingInterval: Math.max(50, Math.min(1_000, limits.headersMs / 4)),
  };
  const server =
    tls === undefined
      ? createServer(options, handler)
      : createTlsServer(
          {
            ...options,
            ...contextOf(tls),
            handshakeTimeout: limits.headersMs,
            requestCert: tls.clientCertificate !== "none",
            rejectUnauthorized: tls.clientCertificate === "required",
          },
          handler,
        );
  if (tls?.clientCertificate === "if_given") server.on("secureConnection", endUnverified);
  server.setTimeout(limits.silenceMs, (socket) => socket.destroy());
  return server;
}

function contextOf(tls: TlsMaterial) {
  const { cert, key, minVersion, clientCa } = tls;
  return { cert, key, minVersion, ...(clientCa === undefined ? {} : { ca: clientCa }) };
}

function endUnverified(socket: TLSSocket): void {
  const given = Object.keys(socket.getPeerCertificate()).length > 0;
  if (given && !socket.authorized) socket.destroy();
}

async function closeServer(server: Server, connections: Connections, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.endIdle();
  const late = setTimeout(() => connections.endAll(), graceMs);
  await closed;
  clearTimeout(late);
}

function statusOf(code: string | undefined): 400 | 408 | 431 {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Address of the client, for limits by client; empty once the connection is gone. */
export function clientAddress(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? "";
}
