import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { percentile } from "../support/samples.ts";
import type { PromptSpec } from "../../src/model/index.ts";
import { ROOT, steady } from "../support/k6.ts";
import { plainK6 } from "../support/plain-k6.ts";
import { benchmark } from "../support/run.ts";

const SCRIPT = join(ROOT, "load_tests/k6_websocket_test.ts");

interface LedgerEntry {
  readonly received_at_ms: number;
  readonly chunks: readonly (readonly [kind: string, ms: number])[];
}

/** One thing that a WebSocket server may do with a connection; undefined frames: it says no more. */
type Behaviour = (socket: WebSocket, say: (...frames: readonly unknown[]) => void, id: string) => void;

const token = (id: string, seq: number): object => ({ type: "token", id, seq, text: `t${seq}` });
const done = (id: string, count: number): object => ({ type: "done", id, count });

/** What goes wrong, by the reason under which it must be counted. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  timeout: (_socket, say, id) => say(token(id, 0)),
  error: (_socket, say, id) => say(token(id, 0), { type: "error", id, message: "overloaded" }),
  not_json: (_socket, say) => say("<html>welcome</html>"),
  lost: (_socket, say, id) => say(token(id, 0), token(id, 2), done(id, 3)),
  duplicated: (_socket, say, id) => say(token(id, 0), token(id, 0), token(id, 1), done(id, 2)),
  reordered: (_socket, say, id) => say(token(id, 1), token(id, 0), done(id, 2)),
  stray: (_socket, say, id) => say(token("other", 0), token(id, 0), done(id, 1)),
  garbled: (_socket, say, id) => say(token(id, 0), { ...done(id, 1), reply: "else" }),
  empty: (_socket, say, id) => say(done(id, 0)),
  closed: (socket, say, id) => {
    say(token(id, 0));
    socket.close(1011, "I am off");
  },
};

describe("k6_websocket_test.ts", () => {
  const place: { folder?: string } = {};
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "chatbench-websocket-"));
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  afterAll(() => rm(place.folder!, { recursive: true, force: true }));

  async function demo(...flags: readonly string[]): Promise<Demo> {
    const asked = readSettings(["--chatbot-port", "0", "--provider-port", "0", ...flags], {});
    if (asked.kind !== "start") throw new Error("bad flags");
    const started = await startDemo(asked.settings, () => undefined);
    open.push(started);
    return started;
  }

  /** `connected` counts from 0. */
  async function serve(upgraded: (socket: WebSocket, connected: number) => void, refuse?: string): Promise<string> {
    const sockets = new WebSocketServer({ noServer: true });
    const state = { connected: 0 };
    const server: Server = createServer((_request, response) => response.end("<html>welcome</html>"));
    server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      if (refuse !== undefined) stream.end(refuse);
      else sockets.handleUpgrade(request, stream, head, (socket) => upgraded(socket, state.connected++));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = (): void => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    };
    open.push({ close });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const envOf = (url: string, params: object) => ({
    CHATBENCH_WEBSOCKET_URL: url,
    CHATBENCH_PARAMS: JSON.stringify({ think_time_seconds: 0, ...params }),
  });

  it("by plain k6 makes exactly as many exchanges as the chatbot counts, several on one connection", async () => {
    const started = await demo("--first-token-ms", "1");
    const env = { CHATBENCH_TARGET_URL: started.chatbotUrl, CHATBENCH_PARAMS: '{"think_time_seconds":0.01}' };
    const { code, metrics, output } = await plainK6(SCRIPT, place.folder!, { env, flags: ["-u", "4", "-i", "12"] });
    expect(code).toBe(0);
    expect(output).not.toMatch(/level=(error|warning)/);
    expect(started.chatbotStats()).toMatchObject({ requests: 36, answered: 36 });
    expect(metrics.chatbench_exchanges?.count).toBe(36);
    expect(metrics.chatbench_exchange_failed).toMatchObject({ passes: 0, fails: 36 });
    expect([metrics.websocket_connections?.count, metrics.websocket_reconnects?.count]).toEqual([12, 0]);
  });

  it("counts each way in which an answer can be wrong, reconnects and goes on", async () => {
    const names = Object.keys(BEHAVIOURS);
    const url = await serve((socket, connected) => {
      socket.on("message", (data: Buffer) => {
        const { id } = JSON.parse(data.toString()) as { id: string };
        const say = (...frames: readonly unknown[]): void => {
          for (const frame of frames) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
        };
        const behave = BEHAVIOURS[names[connected] ?? ""];
        if (behave === undefined) say(token(id, 0), done(id, 1));
        else behave(socket, say, id);
      });
    });
    // One conversation: each failure ends its connection, so that the next turn makes another.
    const env = envOf(url, { turns: names.length + 2, timeout_seconds: 1 });
    const { metrics, output } = await plainK6(SCRIPT, place.folder!, { env, flags: ["-i", "1"] });
    const counted = names.filter((name) => metrics[`websocket_failed_by_${name}`]?.count === 1);
    expect(counted).toEqual(names);
    expect(metrics.chatbench_exchange_failed).toMatchObject({ passes: names.length, fails: 2 });
    expect(metrics.websocket_reconnects?.count).toBe(names.length);
    expect(metrics.websocket_lost_messages?.count).toBe(1);
    expect(output).toContain("An exchange failed: the end of the answer did not come within 1 s.");
    expect(output).toContain("An exchange failed: 1 of its messages never came.");
  });

  it.each([
    ["nobody there", async () => Promise.resolve("ws://127.0.0.1:9"), "refused", "connection refused"],
    [
      "HTML with 200",
      () => serve(() => undefined, "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"),
      "refused",
      "it answered, but with no WebSocket; is the path right?",
    ],
    [
      "a connection that is closed at once",
      () => serve((socket) => socket.close(1008, "no")),
      "closed",
      "the connection was closed by the other side",
    ],
  ])("tells of %s in one sentence, as many failed exchanges as messages, without an exception", async (...args) => {
    const [, at, failure, sentence] = args;
    const { metrics, output } = await plainK6(SCRIPT, place.folder!, {
      env: envOf(await at(), {}),
      flags: ["-i", "2"],
    });
    expect(metrics.chatbench_exchange_failed).toMatchObject({ passes: 6, fails: 0 });
    expect(metrics[`websocket_failed_by_${failure}`]?.count).toBe(6);
    expect(output).toContain(sentence);
    expect(output).not.toContain("level=error");
  });

  it.each([
    [{ CHATBENCH_PARAMS: '{"text":"x"}' }, "`text` is no option of this script; it has: turns"],
    [{ CHATBENCH_PARAMS: '{"answer":"all"}' }, '`answer` must be "frames" or "one", not "all".'],
    [{ CHATBENCH_WEBSOCKET_URL: "http://127.0.0.1:1" }, "CHATBENCH_WEBSOCKET_URL must be a ws or wss URL"],
  ])("refuses %j before any load", async (env, sentence) => {
    const { code, output } = await plainK6(SCRIPT, place.folder!, { env, flags: ["-i", "1"] });
    expect(code).not.toBe(0);
    expect(output).toContain(sentence);
  });

  it("fills a cache over WebSockets before the load, in no number of it", async () => {
    const started = await demo("--first-token-ms", "1");
    const spec: PromptSpec = {
      ...{ seed: 1, count: 100, distinct: 12, repeat: { kind: "uniform" }, prefixes: { count: 1, tokens: 8 } },
      turns: { kind: "constant", value: 1 },
      promptTokens: { kind: "constant", value: 5 },
      outputTokens: { kind: "constant", value: 8 },
    };
    const scenario = { traffic: "websocket", cache: "primed", prompts: { kind: "generated", spec } } as const;
    const params = { think_time_seconds: 0.05 };
    await benchmark(
      { script: SCRIPT, baseUrl: started.chatbotUrl, load: steady(2, 1), params, scenario },
      ({ stored }) => {
        expect(stored).toMatchObject({
          workload: { cache: { declared: "primed", result: "verified" } },
        });
        const { requests, cached } = started.chatbotStats();
        expect(requests - cached).toBe(12);
        expect(stored?.trials[0]?.facts?.requestsInAll).toBe(requests - 12);
      },
    );
  });

  it("by Chatbench: requests, phases and first tokens are those of the chatbot's ledger", async () => {
    const started = await demo("--latency", "constant", "--first-token-ms", "150", "--tokens-per-second", "200");
    const params = { think_time_seconds: 0.1, repeat_share: 0 };
    const load = { ...steady(6, 4, 2) };
    await benchmark(
      { script: SCRIPT, baseUrl: started.chatbotUrl, load, params, scenario: { traffic: "websocket" } },
      async ({ stored }) => {
        const { window, requests, requestsInAll, stream, latency } = stored!.trials[0]!.facts!;
        const page = (await (await fetch(`${started.chatbotUrl}/v1/ledger`)).json()) as { entries: LedgerEntry[] };
        const truth = page.entries.filter(
          ({ received_at_ms: at }) => at >= window.startedAt && at < window.startedAt + window.seconds * 1000,
        );
        expect(requestsInAll).toBe(page.entries.length);
        // A message sent just before the window's edge may be received behind it: at most one of each user, at each edge.
        expect(Math.abs(requests.count - truth.length)).toBeLessThanOrEqual(12);
        expect(requests.failed).toBe(0);
        const firstOf = ({ chunks }: LedgerEntry): number => chunks.find(([kind]) => kind === "content")?.[1] ?? NaN;
        const lastOf = ({ chunks }: LedgerEntry): number => chunks.findLast(([kind]) => kind === "content")?.[1] ?? NaN;
        for (const [measured, of] of [
          [stream!.ttft, firstOf],
          [latency, lastOf],
        ] as const) {
          const true50 = percentile(truth.map(of), 0.5) / 1000;
          const p50 = measured.quantiles.find(([q]) => q === 0.5)![1];
          expect(measured.count).toBe(requests.count);
          // Never earlier than it was written (clock of whole milliseconds); later by what a busy machine takes.
          expect(p50).toBeGreaterThan(true50 - 0.005);
          expect(p50).toBeLessThan(true50 + 0.5);
        }
        expect(stream!.firstByte.mean).toBeLessThan(stream!.ttft.mean + 1e-9);
        expect(stored!.measurements["k6.websocket_lost_messages.count"]?.value ?? 0).toBe(0);
      },
    );
  });
});
