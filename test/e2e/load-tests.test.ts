import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { ROOT, realK6 } from "../support/k6.ts";
import { startServer } from "../support/server.ts";
import type { Handler, TestServer } from "../support/server.ts";

const SCRIPT = join(ROOT, "load_tests/k6_api_test.ts");
const NO_PAUSE = { think_time_seconds: 0 };

interface Metric {
  readonly count?: number;
  readonly passes?: number;
  readonly fails?: number;
  readonly value?: number;
}

interface K6Run {
  readonly code: number;
  readonly output: string;
  /** k6's own summary by metric; empty when it wrote none. */
  readonly metrics: Readonly<Record<string, Metric>>;
}

describe("k6_api_test.ts by plain k6", () => {
  const place: { folder?: string; k6?: string } = {};
  const open: (Demo | TestServer)[] = [];

  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "chatbench-load-tests-"));
    place.k6 = await realK6();
  });
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  afterAll(() => rm(place.folder!, { recursive: true, force: true }));

  async function run(env: Record<string, string>, flags: readonly string[]): Promise<K6Run> {
    const summary = join(place.folder!, "summary.json");
    const args = ["run", "--summary-export", summary, ...flags, SCRIPT];
    const quiet = { PATH: process.env.PATH ?? "", K6_NO_USAGE_REPORT: "true" };
    const ended = await new Promise<Omit<K6Run, "metrics">>((resolve) => {
      execFile(place.k6!, args, { env: { ...quiet, ...env } }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
      );
    });
    const text = await readFile(summary, "utf8").catch(() => "{}");
    await rm(summary, { force: true });
    const { metrics = {} } = JSON.parse(text) as { metrics?: K6Run["metrics"] };
    return { ...ended, metrics };
  }

  async function demo(...flags: string[]): Promise<Demo> {
    const asked = readSettings(["--chatbot-port", "0", "--provider-port", "0", ...flags], {});
    if (asked.kind !== "start") throw new Error("bad flags");
    const started = await startDemo(asked.settings, () => undefined);
    open.push(started);
    return started;
  }

  async function serve(handler: Handler): Promise<TestServer> {
    const server = await startServer(handler);
    open.push(server);
    return server;
  }

  const envOf = (url: string, params: object = {}) => ({
    CHATBENCH_TARGET_URL: url,
    CHATBENCH_PARAMS: JSON.stringify(params),
  });

  it("sends exactly as many requests as the chatbot counts, each checked once, with nothing configured", async () => {
    const started = await demo();
    const { code, metrics } = await run({ CHATBENCH_TARGET_URL: started.chatbotUrl }, ["-u", "5", "-d", "3s"]);
    const { requests, answered } = started.chatbotStats();
    expect(code).toBe(0);
    expect(requests).toBeGreaterThan(0);
    expect(metrics.http_reqs?.count).toBe(requests);
    expect(metrics.checks).toMatchObject({ passes: answered, fails: 0 });
    expect(metrics.iterations?.count).toBe(requests / 3);
  });

  it("fails as many checks as the chatbot gave errors", async () => {
    const started = await demo("--error-rate", "0.3", "--first-token-ms", "1");
    const params = { ...NO_PAUSE, repeat_share: 0 };
    const { metrics } = await run(envOf(started.chatbotUrl, params), ["-u", "4", "-i", "50"]);
    const { requests, failed, answered } = started.chatbotStats();
    expect(requests).toBe(150);
    expect(failed).toBe(started.providerStats().failed);
    expect(failed).toBeGreaterThan(20);
    expect(metrics.checks).toMatchObject({ passes: answered, fails: failed });
  });

  it("lets a cache answer what is repeated word for word, and nothing else", async () => {
    const repeated = await demo("--first-token-ms", "1");
    await run(envOf(repeated.chatbotUrl, { ...NO_PAUSE, repeat_share: 1, turns: 1, messages: ["a", "b"] }), [
      "-i",
      "30",
    ]);
    expect(repeated.chatbotStats()).toMatchObject({ requests: 30, cached: 28 });
    const own = await demo("--first-token-ms", "1");
    await run(envOf(own.chatbotUrl, { ...NO_PAUSE, repeat_share: 0, messages: ["a", "b"] }), ["-i", "30"]);
    expect(own.chatbotStats()).toMatchObject({ requests: 90, cached: 0 });
  });

  it("speaks OpenAI's form by options alone, and tells the facts of a conversation in one line", async () => {
    const started = await demo("--first-token-ms", "1");
    const params = {
      ...NO_PAUSE,
      turns: 2,
      path: "/v1/chat/completions",
      body: { model: "demo-small", messages: "{{messages}}" },
      reply_field: "choices.0.message.content",
    };
    const env = { ...envOf(started.chatbotUrl, params), CHATBENCH_FACTS: "1" };
    const facts = join(place.folder!, "facts.jsonl");
    const { metrics } = await run(env, ["-i", "1", "--console-output", facts, "--log-format", "raw"]);
    expect(metrics.checks).toMatchObject({ passes: 2, fails: 0 });
    const lines = (await readFile(facts, "utf8")).trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ turns: 2, failed_answers: 0, answers_with_usage: 2 });
  });

  it("gives the header of a secret to the target and to no one else", async () => {
    const server = await serve((_request, response) => response.end('{"reply":"yes"}'));
    await writeFile(join(place.folder!, "secrets"), "token=Bearer canary-5up3r\n", { mode: 0o600 });
    const params = { ...NO_PAUSE, turns: 1, headers: { "x-a": "b" }, headers_from_secrets: { authorization: "token" } };
    const source = `file=${join(place.folder!, "secrets")}`;
    const { output } = await run(envOf(server.url, params), ["-i", "1", "--secret-source", source]);
    expect(server.seen[0]?.headers).toMatchObject({ authorization: "Bearer canary-5up3r", "x-a": "b" });
    expect(output).not.toContain("canary-5up3r");
  });

  const html: Handler = (_request, response) => response.end("<html>welcome</html>");
  it.each<[string, Handler, object, { passes: number; fails: number }]>([
    ["HTML with 200", html, {}, { passes: 0, fails: 3 }],
    ["HTML with 200, if any answer will do", html, { answer: "any" }, { passes: 3, fails: 0 }],
    ["an empty 200", (_, response) => response.end(), {}, { passes: 0, fails: 3 }],
    [
      "JSON without the reply that was asked for",
      (_, r) => r.end("{}"),
      { reply_field: "reply" },
      { passes: 0, fails: 3 },
    ],
    ["JSON without a reply nobody asked for", (_, response) => response.end("{}"), {}, { passes: 3, fails: 0 }],
    ["201", (_, response) => response.writeHead(201).end("{}"), {}, { passes: 0, fails: 3 }],
    ["a redirect", (_, r) => r.writeHead(302, { location: "/elsewhere" }).end("{}"), {}, { passes: 0, fails: 3 }],
    ["a hang-up", (_, response) => response.destroy(), {}, { passes: 0, fails: 3 }],
    ["silence", () => undefined, { timeout_seconds: 0.1 }, { passes: 0, fails: 3 }],
  ])("counts %s exactly, one request and one check a turn, without an exception", async (...args) => {
    const [, handler, params, checks] = args;
    const server = await serve(handler);
    const { metrics, output } = await run(envOf(server.url, { ...NO_PAUSE, ...params }), ["-i", "1"]);
    expect(metrics.checks).toMatchObject(checks);
    expect(metrics.http_reqs?.count).toBe(3);
    expect(output).not.toContain("level=error");
  });

  it.each([
    ["no JSON", { CHATBENCH_PARAMS: "{" }, "CHATBENCH_PARAMS is not valid JSON."],
    ["a list", { CHATBENCH_PARAMS: "[]" }, "CHATBENCH_PARAMS must be a JSON object."],
    [
      "an unknown option",
      { CHATBENCH_PARAMS: '{"turn":1}' },
      "CHATBENCH_PARAMS: `turn` is no option of this script; it has: turns",
    ],
    [
      "no turns",
      { CHATBENCH_PARAMS: '{"turns":0}' },
      "CHATBENCH_PARAMS: `turns` must be a whole number from 1 to 1000, not 0.",
    ],
    [
      "a path without /",
      { CHATBENCH_PARAMS: '{"path":"chat"}' },
      '`path` must be a path that begins with /, not "chat".',
    ],
    [
      "a target that is no URL",
      { CHATBENCH_TARGET_URL: "localhost:8000" },
      "CHATBENCH_TARGET_URL must be an http or https URL",
    ],
  ])("refuses %s before any load, in one sentence", async (_name, env, sentence) => {
    const { code, output } = await run(env, ["-i", "1"]);
    expect(code).not.toBe(0);
    // k6 quotes the message once more inside its log line.
    expect(output.replaceAll("\\", "")).toContain(sentence);
  });
});
