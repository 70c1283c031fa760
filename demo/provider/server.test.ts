import { afterEach, describe, expect, it } from "vitest";
import { fateOf } from "./fate.ts";
import type { ProviderSettings } from "./fate.ts";
import { startProvider } from "./server.ts";
import type { Provider } from "./server.ts";
import { countPromptTokens } from "./text.ts";

const SETTINGS: ProviderSettings = {
  seed: 11,
  latency: { kind: "constant", typicalMs: 5 },
  tokensPerSecond: 100_000,
  errorRate: 0,
  concurrency: 10,
  maxWaiting: 100,
};
const MESSAGES = [{ role: "user", content: "Where is my parcel?" }];
const REQUEST = { model: "demo-small", messages: MESSAGES, maxTokens: 4096, stream: false, includeUsage: false };

const open: Provider[] = [];
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close(0);
});

async function provider(changes: Partial<ProviderSettings>): Promise<Provider> {
  const started = await startProvider({ ...SETTINGS, ...changes }, { host: "127.0.0.1", port: 0 }, () => undefined);
  open.push(started);
  return started;
}

function ask({ url }: Provider, body: unknown = { model: "demo-small", messages: MESSAGES }): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

describe("the simulated provider", () => {
  it("answers equal questions equally and counts tokens as its formula says", async () => {
    const started = await provider({});
    const [first, second] = await Promise.all(
      [ask(started), ask(started)].map(async (answer) => (await answer).json()),
    );
    const tokens = fateOf(SETTINGS, 0, REQUEST).tokens;
    expect(first).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { role: "assistant", content: tokens.join(" ") }, finish_reason: "stop" }],
      usage: { prompt_tokens: countPromptTokens(MESSAGES), completion_tokens: tokens.length },
    });
    expect(countPromptTokens(MESSAGES)).toBe(5 + 4);
    expect(second).toMatchObject({ choices: (first as { choices: unknown }).choices });
  });

  it("never answers sooner than the injected time", async () => {
    const latency = { kind: "constant", typicalMs: 30 } as const;
    const started = await provider({ latency, tokensPerSecond: 1_000 });
    const { firstTokenMs, generationMs } = fateOf({ ...SETTINGS, latency, tokensPerSecond: 1_000 }, 0, REQUEST);
    const begun = performance.now();
    const answer = await ask(started);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(firstTokenMs + generationMs);
    expect(answer.headers.get("x-simulated-first-token-ms")).toBe("30");
    expect(answer.headers.get("x-simulated-generation-ms")).toBe(String(generationMs));
  });

  it("fails exactly the requests that the seed says, and no others", async () => {
    const settings = { ...SETTINGS, errorRate: 0.3 };
    const started = await provider(settings);
    const expected = Array.from({ length: 40 }, (_, index) => (fateOf(settings, index, REQUEST).fails ? 503 : 200));
    const seen: number[] = [];
    for (const index of expected.keys()) seen[index] = (await ask(started)).status;
    expect(seen).toEqual(expected);
    const failed = expected.filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(0);
    expect(started.stats()).toMatchObject({ requests: 40, failed, answered: 40 - failed });
  });

  it("lets requests beyond its concurrency wait, and says how long they did", async () => {
    const started = await provider({ concurrency: 1, latency: { kind: "constant", typicalMs: 100 } });
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(started)));
    const waits = answers.map((answer) => Number(answer.headers.get("x-simulated-queue-ms"))).sort((a, b) => a - b);
    expect(waits[0]).toBeLessThan(100);
    expect(waits[3]).toBeGreaterThanOrEqual(300);
    expect(started.stats()).toMatchObject({ answered: 4, most_active: 1, most_waiting: 3 });
  });

  it("refuses with 429 when the line is full", async () => {
    const started = await provider({ concurrency: 1, maxWaiting: 1, latency: { kind: "constant", typicalMs: 300 } });
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => ask(started)))).map((a) => a.status).sort();
    expect(statuses).toEqual([200, 200, 429, 429, 429]);
  });

  it.each([
    ["no JSON", "{", 400],
    ["no messages", { model: "m", messages: [] }, 400],
    ["a stream that is neither", { model: "m", messages: MESSAGES, stream: "yes" }, 400],
    ["a limit of no token", { model: "m", messages: MESSAGES, max_tokens: 0 }, 400],
  ])("refuses %s in one sentence, without giving it a number", async (_name, body, status) => {
    const started = await provider({});
    const answer = await ask(started, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringMatching(/^[^\n]+\.$/) as string } });
    expect(started.stats().requests).toBe(0);
  });
});
