import { formatDiagnostic, type Clock, type Log, type Secret } from "../model/index.ts";
import { isLoopback } from "../platform/addresses.ts";
import { hostAndPort, listenHttp, type HttpHandler, type HttpLimits, type Listening } from "../platform/http-server.ts";
import { fingerprintOf } from "../platform/pinned.ts";
import { refusal } from "./answer.ts";
import type { Api } from "./api.ts";
import { createApp } from "./app.ts";
import { Guard } from "./guard.ts";
import type { Answered } from "./measured.ts";
import { daemonRoutes } from "./routes/daemon.ts";
import { withDescription } from "./routes/description.ts";
import { pageRoutes } from "./routes/pages.ts";
import { runRoutes } from "./routes/runs.ts";
import { followWebConfig, type FollowedWebConfig } from "./web-config-follow.ts";
import { readWebConfig, type WebConfig } from "./web-config.ts";

export interface ServerOptions {
  readonly api: Api;
  readonly listen: { readonly host: string; readonly port: number };
  /** Asked at each request that needs it, so that a reload can change it. */
  readonly token: () => Secret;
  /** Names besides loopback and the listen host; asked at each request. */
  readonly allowedHosts: () => readonly string[];
  /** Absolute path. */
  readonly webConfigFile?: string;
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly answered: Answered;
  /** Its file was read again: certificates may be others now. */
  readonly webConfigTaken?: () => Promise<void>;
  /** Other limits than DEFAULT_LIMITS, for tests. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits extends HttpLimits {
  /** A route that has not answered by then is told as 503. */
  readonly answerMs: number;
  /** How long close() waits for answers under way. */
  readonly closeMs: number;
  /** How often the web configuration file is looked at. */
  readonly webConfigMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 30_000,
  silenceMs: 60_000,
  keepAliveMs: 20_000,
  connections: { connections: 512, burst: 2_048, patienceMs: 2_000 },
  closeMs: 5_000,
  webConfigMs: 2_000,
};

const MIN_TOKEN = 16;

export interface HttpServer {
  /** By which this machine reaches it: never the unspecified address. */
  readonly url: string;
  readonly port: number;
  /** What it shows and asks for now; undefined: plain HTTP. */
  tls(): ServedTls | undefined;
  /** Takes nothing new, lets answers under way end within some seconds, then closes all. */
  close(): Promise<void>;
}

export interface ServedTls {
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  /** Clients without a certificate are refused. */
  readonly clientCertificate: boolean;
}

export type ServerStart = HttpServer | { readonly problem: string };

/** Starts the daemon's HTTP server; a problem is one sentence for people. */
export async function startServer(options: ServerOptions): Promise<ServerStart> {
  const web = await webConfigOf(options.webConfigFile);
  if ("problem" in web) return web;
  const refused = refusedStart(options, web.config);
  if (refused !== undefined) return { problem: refused };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const held = { web: web.config };
  const guard = new Guard({ ...options, users: () => held.web.users });
  if (held.web.users !== undefined) await guard.passwords.prepare(held.web.users);
  const { listen } = options;
  const { tls } = held.web;
  const app = appOf(options, guard, { limits, headers: () => held.web.headers });
  const started = await listenHttp(app, { ...listen, limits, misbehaved, ...(tls === undefined ? {} : { tls }) });
  if ("problem" in started) return started;
  const { listening } = started;
  const { address, port } = listening;
  if (isLoopback(listen.host) && !isLoopback(address)) {
    await listening.close(0);
    return { problem: `${listen.host} leads to ${address}, beyond loopback: listen on 127.0.0.1.` };
  }
  const { fingerprint } = web;
  const follow = followedBy(options, held, { guard, listening, everyMs: limits.webConfigMs, fingerprint });
  return {
    url: `${tls === undefined ? "http" : "https"}://${hostAndPort(reachable(address), port)}`,
    port,
    tls: () => servedTls(held.web),
    close: async () => {
      follow?.stop();
      await listening.close(limits.closeMs);
    },
  };
}

function servedTls({ tls }: WebConfig): ServedTls | undefined {
  if (tls === undefined) return undefined;
  return { fingerprint: fingerprintOf(tls.cert), clientCertificate: tls.clientCertificate === "required" };
}

function appOf(
  options: ServerOptions,
  guard: Guard,
  parts: { readonly limits: ServerLimits; readonly headers: () => WebConfig["headers"] },
): HttpHandler {
  return createApp({
    ...options,
    guard,
    routes: withDescription([...pageRoutes(), ...daemonRoutes(), ...runRoutes()], options.version),
    listenHost: options.listen.host,
    headers: parts.headers,
    answerWithinMs: parts.limits.answerMs,
  });
}

async function webConfigOf(
  file: string | undefined,
): Promise<{ readonly config: WebConfig; readonly fingerprint: string } | { readonly problem: string }> {
  if (file === undefined) return { config: { headers: {} }, fingerprint: "" };
  const read = await readWebConfig(file);
  return "problems" in read ? { problem: read.problems.map(formatDiagnostic).join("\n") } : read;
}

function refusedStart({ listen, token }: ServerOptions, web: WebConfig): string | undefined {
  if (token().reveal().length < MIN_TOKEN) {
    return `The token has fewer than ${MIN_TOKEN} characters, so it could be guessed: set server.token to a longer one.`;
  }
  if (isLoopback(listen.host) || web.users !== undefined) return undefined;
  return `Listening on ${listen.host}, beyond loopback, needs users: name a file with basic_auth_users as server.web_config_file, or listen on 127.0.0.1.`;
}

interface Following {
  readonly guard: Guard;
  readonly listening: Listening;
  readonly everyMs: number;
  readonly fingerprint: string;
}

function followedBy(
  options: ServerOptions,
  held: { web: WebConfig },
  { guard, listening, everyMs, fingerprint }: Following,
): FollowedWebConfig | undefined {
  const { webConfigFile, log, listen } = options;
  if (webConfigFile === undefined) return undefined;
  return followWebConfig({
    ...{ file: webConfigFile, everyMs, fingerprint, log },
    current: () => held.web,
    needsUsers: !isLoopback(listen.host),
    take: async (next) => {
      if (next.tls !== undefined) listening.replaceTls(next.tls);
      if (next.users !== undefined) await guard.passwords.prepare(next.users);
      held.web = next;
      await options.webConfigTaken?.();
    },
  });
}

/** What listens on every address is reached on loopback. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

const MISBEHAVED = {
  400: { word: "Bad Request", code: "bad_request", message: "This is not a valid HTTP request." },
  408: { word: "Request Timeout", code: "timeout", message: "The request did not come in time." },
  431: {
    word: "Request Header Fields Too Large",
    code: "bad_request",
    message: "The head of the request is too large.",
  },
} as const;

/** Bytes that never became a request, so no handler answers them. */
function misbehaved(status: keyof typeof MISBEHAVED): string {
  const { word, code, message } = MISBEHAVED[status];
  const { contentType, text } = refusal({ status, code, message });
  const head = [`HTTP/1.1 ${status} ${word}`, "connection: close", `content-type: ${contentType}`];
  return [...head, `content-length: ${Buffer.byteLength(text)}`, "", text].join("\r\n");
}
