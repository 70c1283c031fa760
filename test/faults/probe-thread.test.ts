import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { authority } from "../support/certificates.ts";
import { ROOT } from "../support/k6.ts";

/** Threads need compiled modules. */
const COMPILED = join(ROOT, "dist/src/probe");
const children: ChildProcess[] = [];
beforeAll(() => {
  if (!existsSync(join(COMPILED, "thread.js"))) throw new Error("not compiled: run `npm run build` first");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

const HOST = `
import { openSync } from "node:fs";
import { createProbes } from ${JSON.stringify(pathToFileURL(join(COMPILED, "probes.js")).href)};
const threadModule = new URL("thread.js", ${JSON.stringify(`${pathToFileURL(COMPILED).href}/`)});
const probes = createProbes({ threadModule, processors: 4 });
const { probe } = await probes.start({ name: "bot", baseUrl: process.argv[1] });
console.log(JSON.stringify({ url: probe.url, token: probe.token.reveal() }));
process.on("SIGUSR2", async () => {
  const result = await probe.stop();
  console.log(JSON.stringify({ stopped: result }));
});
const open = () => { try { openSync("/dev/null"); return true; } catch { return false; } };
process.on("SIGHUP", () => {
  while (open());
  console.log(JSON.stringify({ full: true }));
});
setInterval(() => {}, 1000);
`;

async function host(targetUrl: string, env: Readonly<Record<string, string>> = {}) {
  const args = ["--input-type=module", "-e", HOST, targetUrl];
  const child = spawn("sh", ["-c", `ulimit -n 1024 && exec "$0" "$@"`, process.execPath, ...args], {
    ...{ stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } },
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, string>> =>
    JSON.parse(String((await lines.next()).value)) as Record<string, string>;
  const { url = "", token = "" } = await next();
  return { child, urls: url.split(","), token, next };
}

const ASK = { path: "/chat", headers: {}, body: "{}", kind: "events", timeout_ms: 10_000 };
function ask(url: string, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${url}/stream`, { method: "POST", headers, body: JSON.stringify(ASK) });
}

const greet: RequestListener = (_req, res) => greetWith({}, res);
function greetWith(headers: OutgoingHttpHeaders, res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/event-stream", ...headers });
  res.end('event: token\ndata: {"text":"hi"}\n\nevent: done\ndata: {}\n\n');
}

async function target(headers: OutgoingHttpHeaders = {}): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_req, res) => greetWith(headers, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

describe("the stream probe in threads of its own", () => {
  it("answers in each of them, and is gone when it is stopped", async () => {
    const bot = await target();
    const { child, urls, token, next } = await host(bot.url);
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(await (await ask(url, token)).json()).toMatchObject({ end: "complete" });
    child.kill("SIGUSR2");
    expect(await next()).toEqual({ stopped: {} });
    for (const url of urls) await expect(ask(url, token)).rejects.toThrow();
    bot.close();
  });

  it("blames no target for file descriptors that its own process has not", async () => {
    const bot = await target({ connection: "close" });
    const { child, urls, token, next } = await host(bot.url);
    // The caller's connection stays; the one to the target has to be made anew.
    expect(await (await ask(urls[0] ?? "", token)).json()).toMatchObject({ end: "complete" });
    child.kill("SIGHUP");
    expect(await next()).toEqual({ full: true });
    const answer = await ask(urls[0] ?? "", token);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { problem: expect.stringMatching(/^the stream probe ran short \(EMFILE\): .*ulimit -n/) as string },
    ]);
    bot.close();
  });

  it("dies with its process, however that dies", async () => {
    const { child, urls, token } = await host("http://127.0.0.1:9");
    expect((await ask(urls[0] ?? "", token)).status).toBe(200);
    child.kill("SIGKILL");
    await once(child, "exit");
    for (const url of urls) await expect(ask(url, token)).rejects.toThrow();
  });

  it("reads a target behind TLS, and only one whose certificate is right", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chatbench-probe-tls-"));
    const ours = await authority(folder, "ours");
    const server = createTlsServer(await ours.issue("bot"), greet);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const trusting = await host(`https://localhost:${port}`, { NODE_EXTRA_CA_CERTS: ours.file });
    for (let round = 0; round < 2; round += 1) {
      const answer = await (await ask(trusting.urls[0] ?? "", trusting.token)).json();
      expect(answer).toMatchObject({ end: "complete", status: 200 });
    }
    const wary = await host(`https://localhost:${port}`);
    const answer = await (await ask(wary.urls[0] ?? "", wary.token)).json();
    expect(answer).toMatchObject({ end: "no_connection", detail: expect.stringMatching(/: [A-Z_]+$/) as string });
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
});
