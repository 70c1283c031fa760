import { afterEach, describe, expect, it } from "vitest";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { startRedis } from "../support/redis.ts";
import { expectHalt } from "../support/demo-ledger.ts";
import { dataOf, postForSse, textOf } from "../support/sse.ts";
import type { SseAsk, SseRead } from "../support/sse.ts";

const FLAGS = "--chatbot-port 0 --provider-port 0 --latency constant --first-token-ms 40 --tokens-per-second 500";

const open: Demo[] = [];
afterEach(async () => {
  for (const demo of open.splice(0)) await demo.close();
});

async function demo(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<Demo> {
  const asked = readSettings([...FLAGS.split(" "), ...flags], env);
  if (asked.kind !== "start") throw new Error("bad settings");
  const started = await startDemo(asked.settings, () => undefined);
  open.push(started);
  return started;
}

function complete({ chatbotUrl }: Demo, content: string, ask: SseAsk & { readonly body?: object } = {}) {
  const body = { model: "m", messages: [{ role: "user", content }], stream: true, ...ask.body };
  return postForSse(`${chatbotUrl}/v1/chat/completions`, body, ask);
}

/** Says hello in a conversation. */
function chat({ chatbotUrl }: Demo, conversation: string, ask: SseAsk = {}): Promise<SseRead> {
  return postForSse(`${chatbotUrl}/api/chat`, { conversation_id: conversation, message: "hello", stream: true }, ask);
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly total_tokens: number } | null;
}

function chunksOf(read: SseRead): readonly Chunk[] {
  return dataOf(read)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Chunk);
}

const contentOf = (read: SseRead): string =>
  chunksOf(read)
    .map(({ choices }) => choices[0]?.delta.content ?? "")
    .join("");

/** `[event, data]` of the chatbot's own form. */
function eventsOf(read: SseRead): readonly (readonly [string, Record<string, unknown>])[] {
  return textOf(read)
    .split("\n\n")
    .filter((text) => text !== "")
    .map((text) => {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [];
      return [event ?? "", JSON.parse(data ?? "{}") as Record<string, unknown>] as const;
    });
}

describe("/v1/chat/completions streamed", () => {
  it("passes the provider's chunks on as they come, then answers from the cache word by word", async () => {
    const started = await demo();
    const first = await complete(started, "hello", { body: { stream_options: { include_usage: true } } });
    expect(first).toMatchObject({ status: 200, end: "complete", headers: { "x-cache": "miss" } });
    expect(first.pieces.length).toBeGreaterThan(5);
    expect(dataOf(first).at(-1)).toBe("[DONE]");
    const second = await complete(started, "hello", { body: { stream_options: { include_usage: true } } });
    expect(second.headers["x-cache"]).toBe("hit");
    expect(contentOf(second)).toBe(contentOf(first));
    expect(chunksOf(second).length).toBe(chunksOf(first).length);
    expect(chunksOf(second).at(-1)?.usage).toEqual(chunksOf(first).at(-1)?.usage);
    expect(chunksOf(second).at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(started.providerStats().requests).toBe(1);
    expect(started.chatbotStats()).toEqual({ requests: 2, answered: 2, bad_requests: 0, failed: 0, cached: 1 });
  });

  it("shares its cache with the JSON form, which says so in a header too", async () => {
    const started = await demo(["--replay", "one_chunk"]);
    const post = () =>
      fetch(`${started.chatbotUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
      });
    const json = await post();
    expect(json.headers.get("x-cache")).toBe("miss");
    const { choices } = (await json.json()) as { choices: [{ message: { content: string } }] };
    const read = await complete(started, "hello");
    expect(read.headers["x-cache"]).toBe("hit");
    expect(textOf(read)).not.toContain("usage");
    expect(chunksOf(read).filter((chunk) => chunk.choices[0]?.delta.content)).toMatchObject([
      { choices: [{ delta: { content: choices[0].message.content } }] },
    ]);
    expect((await post()).headers.get("x-cache")).toBe("hit");
  });

  it("passes the cache by when asked to: no-cache for reading, no-store for keeping", async () => {
    const started = await demo();
    const states: unknown[] = [];
    for (const control of ["no-store", "", "no-cache", ""]) {
      states.push((await complete(started, "hello", { headers: { "cache-control": control } })).headers["x-cache"]);
    }
    expect(states).toEqual(["miss", "miss", "bypass", "hit"]);
  });

  it("keeps nothing of a stream that broke off, and says why it did", async () => {
    const started = await demo();
    const reads = [];
    for (const ending of ["cut", "error", "garbage"]) {
      const headers = { "x-simulate": `tokens=8, end_after=3, ending=${ending}` };
      const read = await complete(started, "hello", { headers });
      reads.push(JSON.parse(dataOf(read).at(-1)!) as unknown);
      expect((await complete(started, "hello", { headers })).headers["x-cache"]).toBe("miss");
    }
    expect(reads).toEqual(
      [
        "The model provider's stream broke off.",
        "The model provider reported an error in its stream.",
        "The model provider sent a chunk that is not JSON.",
      ].map((message) => ({ error: { message, type: "provider_failed" } })),
    );
    expect(started.chatbotStats()).toMatchObject({ requests: 6, failed: 6, answered: 0 });
  });

  it("is an ordinary 502 when the provider fails before it begins", async () => {
    const started = await demo(["--error-rate", "1"]);
    const read = await complete(started, "hello");
    expect(read.status).toBe(502);
    expect(JSON.parse(textOf(read))).toEqual({
      error: { message: "The model provider answered with status 503.", type: "provider_failed" },
    });
  });

  it("ends the provider's stream when the reader leaves", async () => {
    const started = await demo();
    const headers = { "x-simulate": "ending=endless, gap_ms=5" };
    const read = await complete(started, "hello", { headers, leave: (text) => text.length > 1000 });
    expect(read.end).toBe("left");
    await expect.poll(() => started.providerStats().abandoned).toBe(1);
    expect(started.chatbotStats()).toMatchObject({ requests: 1, failed: 1, answered: 0 });
  });

  it("ends a stream that never would", async () => {
    const started = await demo();
    const read = await complete(started, "hello", {
      headers: { "x-simulate": "ending=endless, gap_ms=0, word_length=50000" },
    });
    expect(dataOf(read).at(-1)).toContain("The model provider's answer does not end.");
    await expect.poll(() => started.providerStats().abandoned).toBe(1);
  });

  it("waits for a slow reader, and the provider waits with it", async () => {
    const started = await demo();
    const answer = await fetch(`${started.chatbotUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-simulate": "ending=endless, gap_ms=0, word_length=2000" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }], stream: true }),
    });
    await expectHalt(started);
    expect(started.chatbotStats()).toMatchObject({ requests: 1, failed: 0, answered: 0 });
    await answer.body?.cancel();
    await expect.poll(() => started.providerStats().abandoned).toBe(1);
  });

  it("puts characters together that came in two parts, also for the cache", async () => {
    const started = await demo();
    const headers = { "x-simulate": "tokens=4, split=1" };
    const [first, second] = [
      await complete(started, "hello", { headers }),
      await complete(started, "hello", { headers }),
    ];
    expect(contentOf(first)).toContain("Grüße👋");
    expect(second.headers["x-cache"]).toBe("hit");
    expect(contentOf(second)).toBe(contentOf(first));
  });

  it("uses connections to the provider again after a stream", async () => {
    const started = await demo();
    for (let at = 0; at < 5; at += 1) await complete(started, `question ${at}`);
    expect(started.providerStats()).toMatchObject({ answered: 5, connections: 1 });
  });
});

describe("/api/chat streamed", () => {
  it("sends tokens, then the whole reply with its usage, and remembers the turn", async () => {
    const started = await demo();
    const events = eventsOf(await chat(started, "a"));
    const tokens = events.filter(([event]) => event === "token").map(([, { text }]) => text);
    const [last, done] = events.at(-1)!;
    expect(last).toBe("done");
    expect(done).toMatchObject({ reply: tokens.join(""), cached: false });
    const again = eventsOf(await chat(started, "a")).at(-1)![1];
    expect((again.usage as { prompt_tokens: number }).prompt_tokens).toBeGreaterThan(
      (done.usage as { prompt_tokens: number }).prompt_tokens,
    );
    const cached = await chat(started, "b");
    expect(cached.headers["x-cache"]).toBe("hit");
    expect(eventsOf(cached).at(-1)![1]).toEqual({ ...done, cached: true });
  });

  it("keeps reasoning apart from the reply", async () => {
    const headers = { "x-simulate": "tokens=2, reasoning_tokens=3" };
    const events = eventsOf(await chat(await demo(), "a", { headers }));
    expect(events.map(([event]) => event)).toEqual(["reasoning", "reasoning", "reasoning", "token", "token", "done"]);
    expect(events.at(-1)![1].reply).not.toContain("let me");
  });

  it("remembers nothing of a turn that broke off", async () => {
    const started = await demo();
    const headers = { "x-simulate": "tokens=8, end_after=3, ending=cut" };
    const broken = eventsOf(await chat(started, "a", { headers }));
    expect(broken.at(-1)).toEqual([
      "error",
      { error: { message: "The model provider's stream broke off.", type: "provider_failed" } },
    ]);
    const fresh = eventsOf(await chat(started, "new")).at(-1)![1];
    expect(eventsOf(await chat(started, "a")).at(-1)![1]).toEqual({ ...fresh, cached: true });
  });

  it("writes down what it sent when, to be held against what a reader saw", async () => {
    const started = await demo();
    const read = await chat(started, "a");
    const entry = (await (
      await fetch(`${started.chatbotUrl}/v1/ledger/${String(read.headers["x-request-id"])}`)
    ).json()) as { chunks: [string, number][]; ending: string };
    expect(entry.ending).toBe("answered");
    const truthMs = entry.chunks.find(([kind]) => kind === "content")![1];
    const seenMs = read.pieces.find(({ bytes }) => bytes.toString().includes("event: token"))!.ms;
    expect(truthMs).toBeGreaterThanOrEqual(40);
    expect(seenMs).toBeGreaterThanOrEqual(truthMs);
    expect(seenMs - truthMs).toBeLessThan(100);
  });
});

describe("streams and a real Redis", () => {
  it("answers a stream from what another chatbot kept there", async () => {
    const redis = await startRedis();
    try {
      const [one, two] = [await demo([], { REDIS_URL: redis.url }), await demo([], { REDIS_URL: redis.url })];
      const first = await complete(one, "hello");
      const second = await complete(two, "hello");
      expect([first.headers["x-cache"], second.headers["x-cache"]]).toEqual(["miss", "hit"]);
      expect(contentOf(second)).toBe(contentOf(first));
      expect(two.providerStats().requests).toBe(0);
    } finally {
      for (const each of open.splice(0)) await each.close();
      await redis.stop();
    }
  });
});
