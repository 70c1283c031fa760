import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { fetchJson, fetchText, freePort, isPortFree } from "./network.ts";

const servers: Server[] = [];
const limits = { timeoutMs: 2_000, maxBytes: 1_000 };

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("ports", () => {
  it("gives a port that can be listened on", async () => {
    expect(await isPortFree(await freePort())).toBe(true);
  });
  it("knows a port that is taken", async () => {
    const url = await serve(() => undefined);
    expect(await isPortFree(Number(url.port))).toBe(false);
  });
});

describe("fetching", () => {
  it("gives status and body whatever the status", async () => {
    const url = await serve((_, answer) => answer.writeHead(503).end('{"why":"später"}'));
    expect(await fetchJson(url, limits)).toEqual({ status: 503, body: { why: "später" } });
  });
  it("says that nobody listens", async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/`);
    expect(await fetchText(url, limits)).toEqual({ problem: "ECONNREFUSED" });
  });
  it("gives up on a server that never answers", async () => {
    const url = await serve(() => undefined);
    expect(await fetchText(url, { ...limits, timeoutMs: 50 })).toEqual({ problem: "no answer within 50 ms" });
  });
  it("gives up on a body that never ends", async () => {
    const url = await serve((_, answer) => answer.writeHead(200).write("x"));
    expect(await fetchText(url, { ...limits, timeoutMs: 50 })).toEqual({ problem: "no answer within 50 ms" });
  });
  it("refuses a body that is too large", async () => {
    const url = await serve((_, answer) => answer.end("x".repeat(1_001)));
    expect(await fetchText(url, limits)).toEqual({ problem: "its answer is larger than 1000 bytes" });
  });
  it("does not follow a redirect", async () => {
    const url = await serve((_, answer) => answer.writeHead(302, { location: "http://127.0.0.1:1/" }).end());
    expect(await fetchText(url, limits)).toEqual({ status: 302, text: "" });
  });
  it("names an answer that is not JSON", async () => {
    const url = await serve((_, answer) => answer.end("<html>"));
    expect(await fetchJson(url, limits)).toEqual({ problem: "its answer (status 200) is not JSON" });
  });
});
