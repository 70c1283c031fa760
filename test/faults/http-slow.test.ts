import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/http/index.ts";
import { ID, JSON_BEARER, serveApi, TOKEN, type ServedApi } from "../support/http-api.ts";
import { openSocket, raw, readAll } from "../support/raw-http.ts";

const state: { server?: ServedApi; sockets: Socket[] } = { sockets: [] };
const serve = async (...args: Parameters<typeof serveApi>): Promise<ServedApi> => {
  const server = await serveApi(...args);
  state.server = server;
  return server;
};
const open = async (url: string): Promise<Socket> => {
  const socket = await openSocket(url);
  state.sockets.push(socket);
  return socket;
};
afterEach(async () => {
  for (const socket of state.sockets.splice(0)) socket.destroy();
  await state.server?.close();
});

const HEAD = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const scrape = async (url: string): Promise<number> => {
  const began = performance.now();
  expect((await raw(url, { path: "/metrics" })).status).toBe(200);
  return performance.now() - began;
};

describe("66: slow clients", () => {
  it("have ten seconds for a head, thirty for a request, and 512 connections together", () => {
    expect(DEFAULT_LIMITS).toMatchObject({ headersMs: 10_000, requestMs: 30_000, connections: { connections: 512 } });
  });

  it.each([
    ["nothing at all", ""],
    ["half a head", "GET /metrics HTTP/1.1\r\nHost: local"],
    ["half a body", `${HEAD}Authorization: Bearer ${TOKEN}\r\nContent-Length: 20\r\n\r\n{"scen`],
  ])("that send %s are told so in JSON and closed", async (_name, bytes) => {
    const server = await serve({}, { limits: { headersMs: 200, requestMs: 300 } });
    const socket = await open(server.url);
    socket.write(bytes);
    const said = await readAll(socket);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('{"error":{"code":"timeout"');
  });

  it("that drip byte by byte are not given more time for it", async () => {
    const server = await serve({}, { limits: { headersMs: 300, requestMs: 400 } });
    const socket = await open(server.url);
    const drip = setInterval(() => socket.write("x"), 20);
    socket.write("GET / HTTP/1.1\r\nX: ");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it("a thousand at once, silent or half-way through a head, keep no scraper out", async () => {
    const connections = { connections: 512, burst: 2_048, patienceMs: 0 };
    const server = await serve({}, { limits: { connections } });
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open(server.url)));
    sockets.forEach((socket, index) => index % 2 === 0 && socket.write("GET / HTTP/1.1\r\nHost: x\r\n"));
    const times = [await scrape(server.url), await scrape(server.url), await scrape(server.url)];
    expect(Math.max(...times)).toBeLessThan(1_000);
    await expect.poll(() => sockets.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(512);
  });

  it("who holds a place by half a body loses it before one who is being answered", async () => {
    const release: { now?: () => void } = {};
    const late = new Promise<{ runs: [] }>((resolve) => (release.now = () => resolve({ runs: [] })));
    const begun: { now?: () => void } = {};
    const began = new Promise<void>((resolve) => (begun.now = resolve));
    const connections = { connections: 2, burst: 2, patienceMs: 0 };
    const server = await serve({ runs: () => (begun.now?.(), late) }, { limits: { connections } });
    const answered = raw(server.url, { path: "/api/v1/runs" });
    await began;
    const slow = await open(server.url);
    slow.write(`${HEAD}Authorization: Bearer ${TOKEN}\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n{"scen`);
    // By then the server knows of its request.
    await once(slow, "data");
    await scrape(server.url);
    if (!slow.closed) await once(slow, "close");
    release.now?.();
    expect((await answered).status).toBe(200);
  });

  it("pipelined requests are answered each, in their order", async () => {
    const server = await serve({});
    const socket = await open(server.url);
    const paths = ["/metrics", "/nothing", `/api/v1/runs/${ID}`, "/-/healthy"];
    const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`);
    socket.write(`${requests.join("\r\n")}Connection: close\r\n\r\n`);
    const said = await readAll(socket);
    expect([...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(["200", "404", "404", "200"]);
  });

  it("bytes that are no request get an answer in JSON and the end", async () => {
    const server = await serve({});
    const socket = await open(server.url);
    socket.write("\x16\x03\x01 hello\r\n\r\n");
    const said = await readAll(socket);
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nconnection: close\r\n/);
    expect(said).toContain('{"error":{"code":"bad_request"');
  });
});

describe("the end of the server", () => {
  it("lets an answer under way go out, ends who is silent, and takes nothing new", async () => {
    const release: { now?: () => void } = {};
    const late = new Promise<{ runs: [] }>((resolve) => (release.now = () => resolve({ runs: [] })));
    const server = await serve({ runs: () => (started.now?.(), late) });
    const started: { now?: () => void } = {};
    const begun = new Promise<void>((resolve) => (started.now = resolve));
    const [silent, answered] = [await open(server.url), raw(server.url, { path: "/api/v1/runs" })];
    await begun;
    const closed = server.close();
    await readAll(silent);
    await expect(raw(server.url, { path: "/metrics" })).rejects.toThrow("ECONNREFUSED");
    release.now?.();
    expect((await answered).status).toBe(200);
    await closed;
  });

  it("does not wait for ever for an answer that never comes", async () => {
    const server = await serve({ start: () => new Promise(() => undefined) }, { limits: { closeMs: 100 } });
    const post = { method: "POST", path: "/api/v1/runs", headers: JSON_BEARER, chunks: ['{"scenario":"a"}'] };
    const asked = raw(server.url, post).catch((error: unknown) => error);
    await raw(server.url, { path: "/metrics" });
    await server.close();
    expect(await asked).toBeInstanceOf(Error);
  });
});
