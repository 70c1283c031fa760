import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { startProvider, type Provider } from "../../demo/provider/server.ts";
import { serveProbe, type ProbeServer } from "../../src/probe/serve.ts";
import type { ProbeAnswer } from "../../src/probe/protocol.ts";

const TOKEN = "token-of-this-run";
const FIRST_TOKEN_MS = 120;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function provider(): Promise<Provider> {
  const settings = {
    ...{ seed: 5, latency: { kind: "constant", typicalMs: FIRST_TOKEN_MS } as const, tokensPerSecond: 50 },
    ...{ errorRate: 0, concurrency: 100, maxWaiting: 100 },
  };
  const started = await startProvider(settings, { host: "127.0.0.1", port: 0 }, () => undefined);
  stops.push(() => started.close(0));
  return started;
}

async function server(listener: RequestListener): Promise<string> {
  const started: Server = createServer(listener);
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  stops.push(async () => {
    started.closeAllConnections();
    await new Promise((resolve) => started.close(resolve));
  });
  const address = started.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}

async function probeFor(targetUrl: string): Promise<ProbeServer> {
  const probe = await serveProbe({ targetUrl, token: TOKEN });
  stops.push(() => probe.close());
  return probe;
}

const BODY = {
  model: "demo-small",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
  stream_options: { include_usage: true },
};

interface Wish {
  readonly simulate?: string;
  readonly token?: string;
  readonly ask?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

function post(probe: ProbeServer, { simulate = "", token = TOKEN, ask = {}, signal }: Wish): Promise<Response> {
  const headers = { "content-type": "application/json", ...(simulate && { "x-simulate": simulate }) };
  const whole = {
    path: "/v1/chat/completions",
    headers,
    body: JSON.stringify(BODY),
    kind: "openai",
    timeout_ms: 20_000,
  };
  return fetch(`${probe.url}/stream`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...whole, ...ask }),
    ...(signal && { signal }),
  });
}

async function asked(probe: ProbeServer, wish: Wish): Promise<ProbeAnswer> {
  const response = await post(probe, wish);
  expect(response.status).toBe(200);
  return (await response.json()) as ProbeAnswer;
}

describe("the stream probe", () => {
  it("tells the first content from the role chunk, from reasoning and from the first byte", async () => {
    const probe = await probeFor((await provider()).url);
    const answer = await asked(probe, {
      simulate: "role_ms=0, gap_ms=30, tokens=6, reasoning_tokens=3",
      ask: { text: true },
    });
    expect(answer).toMatchObject({ end: "complete", status: 200, finish_reason: "stop" });
    // The provider writes nothing before its time, so no time may be shorter than it was; longer it may be here.
    expect(answer.first_byte_ms).toBeLessThanOrEqual(answer.role_ms ?? 0);
    expect(answer.role_ms).toBeLessThan(answer.first_content_ms ?? 0);
    expect(answer.first_reasoning_ms).toBeGreaterThan(FIRST_TOKEN_MS - 2);
    expect(answer.first_content_ms).toBeGreaterThan(FIRST_TOKEN_MS + 3 * 30 - 2);
    expect(answer.last_content_ms).toBeGreaterThan(FIRST_TOKEN_MS + 8 * 30 - 2);
    expect(answer.closed_ms).toBeGreaterThanOrEqual(answer.last_content_ms ?? Infinity);
    expect(answer.gaps_ms).toHaveLength(5);
    expect(answer.usage).toMatchObject({ completion_tokens: 9, reasoning_tokens: 3 });
    expect(answer.text?.split(" ")).toHaveLength(6);
    expect(answer.late_ms).toBeGreaterThanOrEqual(0);
  });

  it("shows bursts as gaps of nothing, and puts split characters together", async () => {
    const probe = await probeFor((await provider()).url);
    const burst = await asked(probe, { simulate: "tokens=12, burst=12, gap_ms=5" });
    expect(burst.gaps_ms?.filter((gap) => gap < 1).length).toBeGreaterThanOrEqual(10);
    const split = await asked(probe, { simulate: "tokens=8, gap_ms=1, split=1, split_gap_ms=30", ask: { text: true } });
    expect(split.end).toBe("complete");
    expect(split.text).not.toContain("\uFFFD");
  });

  it.each([
    ["cut", "ending=cut, tokens=8, gap_ms=2", "cut"],
    ["ended by an error chunk", "ending=error, tokens=8, gap_ms=2", "error_event"],
    ["of garbage", "ending=garbage, tokens=8, gap_ms=2", "invalid_data"],
  ])("a stream that is %s is a failure with a reason", async (_, simulate, end) => {
    const probe = await probeFor((await provider()).url);
    const answer = await asked(probe, { simulate });
    expect(answer.end).toBe(end);
    expect(answer.detail).toBeTruthy();
  });

  it.each(["stalled", "endless"])("a stream that is %s ends as a timeout", async (ending) => {
    const probe = await probeFor((await provider()).url);
    const answer = await asked(probe, { simulate: `ending=${ending}, tokens=4, gap_ms=5`, ask: { timeout_ms: 1_500 } });
    expect(answer.end).toBe("timeout");
    expect(answer.first_content_ms).toBeGreaterThan(0);
  });

  it("leaves the target as soon as its caller leaves", async () => {
    const left = { resolve: (): void => undefined };
    const leaving = new Promise<void>((resolve) => (left.resolve = resolve));
    const target = await server((_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
      res.on("close", () => left.resolve());
      caller.abort();
    });
    const caller = new AbortController();
    const probe = await probeFor(target);
    await expect(post(probe, { signal: caller.signal })).rejects.toThrow();
    await leaving;
  });

  it.each<[string, RequestListener, Partial<ProbeAnswer>]>([
    [
      "a redirect, not followed,",
      (_req, res) => res.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
      { end: "redirect", status: 307 },
    ],
    [
      "HTML with status 200",
      (_req, res) => res.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"),
      { end: "not_a_stream", status: 200 },
    ],
    [
      "an answer in one piece",
      (_req, res) => res.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}'),
      { end: "not_a_stream" },
    ],
    [
      "an expired token of the target",
      (_req, res) => res.writeHead(401, { "content-type": "application/json" }).end('{"error":"expired"}'),
      { end: "bad_status", status: 401 },
    ],
    [
      "a stream of invalid JSON",
      (_req, res) => res.writeHead(200, { "content-type": "text/event-stream" }).end("data: {oops\n\n"),
      { end: "invalid_data" },
    ],
    [
      "a stream without content",
      (_req, res) => res.writeHead(200, { "content-type": "text/event-stream" }).end("data: [DONE]\n\n"),
      { end: "empty" },
    ],
    ["a connection that closes without a word", (req) => req.socket.destroy(), { end: "no_connection" }],
    [
      "tool calls as content",
      (_req, res) => {
        const delta = { tool_calls: [{ index: 0, function: { name: "f", arguments: "" } }] };
        const chunk = { choices: [{ index: 0, delta, finish_reason: "tool_calls" }] };
        res.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
      },
      { end: "complete", finish_reason: "tool_calls" },
    ],
    [
      "a hit of a cache",
      (_req, res) => {
        const chunk = { choices: [{ index: 0, delta: { content: "hi" } }] };
        res.writeHead(200, { "content-type": "text/event-stream", "x-cache": "HIT" });
        res.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]`);
      },
      { end: "complete", cached: true, cache_headers: { "x-cache": "HIT" } },
    ],
  ])("%s is told", async (_, listener, told) => {
    const probe = await probeFor(await server(listener));
    expect(await asked(probe, {})).toMatchObject(told);
  });

  it("tells a target that cannot be reached", async () => {
    const probe = await probeFor("http://127.0.0.1:9");
    expect(await asked(probe, {})).toMatchObject({ end: "no_connection", detail: "no answer: ECONNREFUSED" });
  });

  it("53: tells nothing of what it was asked with", async () => {
    const headers = { authorization: "Bearer canary-key" };
    const target = await server((req, res) => {
      if (req.headers.authorization !== headers.authorization) res.writeHead(500).end();
      else if (req.url === "/gone") req.socket.destroy();
      else res.writeHead(401, { "x-cache": "MISS" }).end(JSON.stringify({ error: req.headers.authorization }));
    });
    const probe = await probeFor(target);
    for (const path of ["/gone", "/expired", "/ok"]) {
      const text = await (await post(probe, { ask: { path, headers, body: "canary-key" } })).text();
      expect(text).not.toContain("canary-key");
    }
    const refused = await post(probe, { ask: { headers: { "x y": "canary-key" } } });
    expect([refused.status, await refused.text()]).toEqual([400, expect.not.stringContaining("canary-key")]);
  });

  it.each([
    ["x y", "1"],
    ["x-key", "caf\u00e9 \u2615"],
    ["x-key", "a\r\nx-more: b"],
  ])("refuses by name a header that HTTP does not carry (%j: %j)", async (name, value) => {
    const probe = await probeFor("http://127.0.0.1:9");
    const refused = await post(probe, { ask: { headers: { [name]: value } } });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { problem: expect.stringContaining(`cannot send the header \`${name}\``) as string },
    ]);
  });

  it("reads a chatbot's own events", async () => {
    const target = await server((_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write('event: reasoning\ndata: {"text":"hm"}\n\nevent: token\ndata: {"text":"hel"}\n\n');
      res.end(
        'event: token\ndata: {"text":"lo"}\n\nevent: done\ndata: {"usage":{"completion_tokens":3},"cached":false}\n\n',
      );
    });
    const probe = await probeFor(`${target}/base/`);
    const answer = await asked(probe, { ask: { kind: "events", text: true } });
    expect(answer).toMatchObject({ end: "complete", text: "hello", usage: { completion_tokens: 3 }, cached: false });
  });

  it("59: asks nothing but its target, nobody without the token, and listens on loopback only", async () => {
    const paths: string[] = [];
    const target = await server((req, res) => {
      paths.push(req.url ?? "");
      res.writeHead(204).end();
    });
    const probe = await probeFor(`${target}/v9`);
    expect(new URL(probe.url).hostname).toBe("127.0.0.1");
    expect((await post(probe, { token: "another" })).status).toBe(401);
    for (const path of ["http://127.0.0.1:9/", "//127.0.0.1:9/", "chat", "/a b", "/a\\b"]) {
      expect((await post(probe, { ask: { path } })).status).toBe(400);
    }
    expect((await post(probe, { ask: { url: "http://127.0.0.1:9/" } })).status).toBe(400);
    expect((await fetch(`${probe.url}/stream`)).status).toBe(401);
    expect(paths).toEqual([]);
    await asked(probe, { ask: { path: "/x?y=1" } });
    expect(paths).toEqual(["/v9/x?y=1"]);
  });
});
