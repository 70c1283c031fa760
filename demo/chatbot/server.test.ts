import { afterEach, describe, expect, it } from "vitest";
import { startDemo } from "../demo.ts";
import type { Demo } from "../demo.ts";
import { readSettings } from "../settings.ts";

const QUICK = [
  "--chatbot-port",
  "0",
  "--provider-port",
  "0",
  "--latency",
  "constant",
  "--tokens-per-second",
  "1000000",
];

const open: Demo[] = [];
afterEach(async () => {
  for (const demo of open.splice(0)) await demo.close();
});

async function demo(...flags: string[]): Promise<Demo> {
  const asked = readSettings([...QUICK, "--first-token-ms", "30", ...flags], {});
  if (asked.kind !== "start") throw new Error("bad flags");
  const started = await startDemo(asked.settings, () => undefined);
  open.push(started);
  return started;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly ms: number;
}

async function post(url: string, body: unknown, type = "application/json"): Promise<Reply> {
  const begun = performance.now();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: "POST", headers: { "content-type": type }, body: text });
  return { status: answer.status, body: (await answer.json()) as Reply["body"], ms: performance.now() - begun };
}

function say({ chatbotUrl }: Demo, id: string, message: string): Promise<Reply> {
  return post(`${chatbotUrl}/api/chat`, { conversation_id: id, message });
}

describe("the reference chatbot", () => {
  it("answers a repeated question from its cache, without the provider and faster", async () => {
    const started = await demo();
    const first = await say(started, "a", "hello");
    const second = await say(started, "b", "hello");
    expect(first.body).toMatchObject({ cached: false });
    expect(second.body).toEqual({ ...first.body, cached: true });
    expect(first.ms).toBeGreaterThanOrEqual(30);
    expect(started.providerStats().requests).toBe(1);
    expect(started.chatbotStats()).toEqual({ requests: 2, answered: 2, bad_requests: 0, failed: 0, cached: 1 });
  });

  it("sends what was said before along, so that the prompt grows", async () => {
    const started = await demo();
    const first = await say(started, "a", "hello");
    const second = await say(started, "a", "hello");
    const tokens = (reply: Reply) => reply.body.usage as { prompt_tokens: number; completion_tokens: number };
    expect(second.body).toMatchObject({ cached: false });
    expect(tokens(second).prompt_tokens).toBe(2 * tokens(first).prompt_tokens + tokens(first).completion_tokens + 4);
  });

  it("passes OpenAI requests on and answers in OpenAI's form", async () => {
    const started = await demo();
    const body = { model: "any", messages: [{ role: "user", content: "hello" }] };
    const { status, body: answer } = await post(`${started.chatbotUrl}/v1/chat/completions`, body);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ object: "chat.completion", model: "any", choices: [{ finish_reason: "stop" }] });
  });

  it("says 502 in one sentence when the provider fails, and remembers nothing of that turn", async () => {
    const started = await demo("--error-rate", "1");
    const reply = await say(started, "a", "hello");
    expect(reply).toMatchObject({
      status: 502,
      body: { error: { message: "The model provider answered with status 503.", type: "provider_failed" } },
    });
    expect(started.chatbotStats()).toMatchObject({ requests: 1, failed: 1, answered: 0 });
  });

  it.each([
    ["no JSON", "<html>", "application/json", 400],
    ["an empty body", "", "application/json", 400],
    ["null", "null", "application/json", 400],
    ["a list", [], "application/json", 400],
    ["no message", { conversation_id: "a" }, "application/json", 400],
    ["a number as message", { conversation_id: "a", message: 1 }, "application/json", 400],
    ["blank text", { conversation_id: "a", message: " " }, "application/json", 400],
    ["a NUL character", { conversation_id: "a", message: "x\u0000" }, "application/json", 400],
    ["a very long id", { conversation_id: "a".repeat(129), message: "x" }, "application/json", 400],
    ["a form", "a=b", "application/x-www-form-urlencoded", 415],
    ["300 KiB", { conversation_id: "a", message: "x".repeat(300 * 1024) }, "application/json", 413],
  ])("refuses %s in one sentence", async (...[, body, type, status]) => {
    const started = await demo();
    const reply = await post(`${started.chatbotUrl}/api/chat`, body, type);
    expect(reply).toMatchObject({
      status,
      body: { error: { message: expect.stringMatching(/^[^\n]+\.$/) as string } },
    });
    expect(started.chatbotStats()).toMatchObject({ requests: 1, bad_requests: 1 });
  });

  it("tells its health, and 404 for what it does not have", async () => {
    const started = await demo();
    const health = await fetch(`${started.chatbotUrl}/healthz`);
    expect(await health.json()).toEqual({ status: "ok", conversations: "memory", cache: "memory" });
    expect((await fetch(`${started.chatbotUrl}/nowhere`)).status).toBe(404);
  });
});
