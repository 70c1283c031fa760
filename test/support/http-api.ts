import { Secret, type Clock, type Log, type LogFields, type RunId } from "../../src/model/index.ts";
import { startServer, type Api, type HttpServer, type ServerOptions } from "../../src/http/index.ts";
import { systemClock } from "../../src/platform/clock.ts";

export const TOKEN = "a-token-of-the-tests-only";
export const ID = "20261123T020000Z-chat-api-4k7q" as RunId;
export const BEARER = { authorization: `Bearer ${TOKEN}` };
export const JSON_BEARER = { ...BEARER, "content-type": "application/json" };

/** A daemon at our own interface that has nothing: tests give it the part that they are about. */
export function fakeApi(parts: Partial<Api> = {}): Api {
  return {
    ready: () => ({ problems: [] }),
    metrics: () => Promise.resolve({ contentType: "text/plain; version=0.0.4; charset=utf-8", text: "up 1\n" }),
    reload: () => Promise.resolve({ problems: [] }),
    status: () =>
      Promise.resolve({
        ...{ now: 0, version: "0.0.0", running: [], queued: [], scenarios: [], runs: [], skipped: [], health: [] },
        links: {},
      }),
    config: () => "targets: {}\n",
    scenarios: () => Promise.resolve([]),
    probes: () => [],
    start: () => Promise.resolve({ kind: "queued", id: ID }),
    runs: () => Promise.resolve({ runs: [] }),
    run: () => Promise.resolve(undefined),
    abort: () => Promise.resolve({ kind: "unknown" }),
    report: () => Promise.resolve(undefined),
    runbook: () => Promise.resolve(undefined),
    ...parts,
  };
}

export interface LoggedEvent {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface ServedApi extends HttpServer {
  readonly logged: readonly LoggedEvent[];
  readonly answers: readonly { readonly handler: string; readonly method: string; readonly code: number }[];
}

/** Serves an api on a free port of loopback; what is logged and measured can be looked at. */
export async function serveApi(api: Partial<Api>, options: Partial<ServerOptions> = {}): Promise<ServedApi> {
  const logged: LoggedEvent[] = [];
  const answers: { handler: string; method: string; code: number }[] = [];
  const started = await startServer({
    api: fakeApi(api),
    listen: { host: "127.0.0.1", port: 0 },
    token: () => new Secret(TOKEN),
    allowedHosts: () => [],
    version: "0.0.0",
    log: logTo(logged),
    clock: systemClock,
    answered: (handler, { method, code }) => answers.push({ handler, method, code }),
    ...options,
  });
  if ("problem" in started) throw new Error(started.problem);
  return { ...started, logged, answers };
}

export function logTo(logged: LoggedEvent[]): Log {
  const at = (level: LoggedEvent["level"]) => (message: string, fields?: LogFields) => {
    logged.push({ level, message, fields });
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** Stands still until a test moves it. */
export function handClock(): Clock & { advance(milliseconds: number): void } {
  const state = { now: 0 };
  return {
    now: () => state.now,
    sleep: () => Promise.resolve(),
    advance: (milliseconds) => void (state.now += milliseconds),
  };
}
