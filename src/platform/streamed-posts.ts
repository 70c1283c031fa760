import type { LookupFunction } from "node:net";
import { guardedLookup } from "./guarded-lookup.ts";
import { openConnection, type AnswerHandlers, type Connection } from "./streamed-connection.ts";

export type { AnswerHandlers, AnswerHeaders } from "./streamed-connection.ts";

export interface StreamedPost {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts to one origin whose answers are read piece by piece, at the least cost a piece that Node allows. */
export interface StreamedPosts {
  /** Returns what gives the answer up: its handlers hear nothing more. */
  post(request: StreamedPost, handlers: AnswerHandlers): () => void;
  close(): void;
}

export interface StreamedPostsOptions {
  readonly connectTimeoutMs: number;
  /** A connection that has waited longer for a request is not used again. */
  readonly idleMs: number;
  /** How names become addresses; given by tests only. */
  readonly resolve?: LookupFunction;
}

interface Idle {
  readonly connection: Connection;
  readonly since: number;
}

/** Decided by the connection itself, whoever asks. */
const OURS = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** HTTP/1.1, a connection a request, kept for the next; `origin` is an http or https URL. */
export function createStreamedPosts(origin: URL, options: StreamedPostsOptions): StreamedPosts {
  const { connectTimeoutMs, idleMs } = options;
  const all = new Set<Connection>();
  const idle: Idle[] = [];
  const input = {
    ...{ origin, connectTimeoutMs, lookup: guardedLookup(options.resolve) },
    onIdle: (connection: Connection) => {
      idle.push({ connection, since: performance.now() });
      while (idle[0] !== undefined && isStale(idle[0])) idle.shift()?.connection.destroy();
    },
    onClosed: (connection: Connection) => void all.delete(connection),
  };
  const isStale = ({ connection, since }: Idle): boolean => !connection.isOpen || performance.now() - since >= idleMs;
  /** The one that was used last: what waited longest is closed first. */
  const waiting = (): Connection | undefined => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (!isStale(last)) return last.connection;
      last.connection.destroy();
    }
    return undefined;
  };
  return {
    post(request, handlers) {
      const bytes = bytesOf(origin, request);
      const kept = waiting();
      const connection = kept ?? openConnection(input, bytes, handlers);
      all.add(connection);
      kept?.send(bytes, handlers);
      return () => connection.destroy();
    },
    close() {
      for (const connection of all) connection.destroy();
    },
  };
}

function bytesOf(origin: URL, { path, headers, body }: StreamedPost): Uint8Array {
  const content = Buffer.from(body, "utf8");
  const own = Object.entries(headers).filter(([name]) => !OURS.has(name.toLowerCase()));
  const host = own.some(([name]) => name.toLowerCase() === "host") ? [] : [`host: ${origin.host}`];
  const lines = [
    `POST ${path} HTTP/1.1`,
    ...host,
    "connection: keep-alive",
    `content-length: ${content.length}`,
    ...own.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), content]);
}
