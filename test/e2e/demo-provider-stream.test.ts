import { afterEach, describe, expect, it } from "vitest";
import type { ProviderSettings } from "../../demo/provider/fate.ts";
import { startProvider } from "../../demo/provider/server.ts";
import type { Provider } from "../../demo/provider/server.ts";
import { expectHalt } from "../support/demo-ledger.ts";
import { dataOf, postForSse, textOf } from "../support/sse.ts";
import type { SseAsk, SseRead } from "../support/sse.ts";

const SETTINGS: ProviderSettings = {
  seed: 5,
  latency: { kind: "constant", typicalMs: 60 },
  tokensPerSecond: 50,
  errorRate: 0,
  concurrency: 1000,
  maxWaiting: 100,
};
const MESSAGES = [{ role: "user", content: "Where is my parcel?" }];

interface Entry {
  readonly received_at_ms: number;
  readonly chunks: readonly (readonly [string, number])[];
  readonly more_chunks: number;
  readonly ending: string;
}

interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly usage?: Record<string, number> | null;
  readonly choices: readonly {
    readonly delta: Record<string, string | undefined>;
    readonly finish_reason: string | null;
  }[];
}

const open: Provider[] = [];
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close(0);
});

async function provider(changes: Partial<ProviderSettings> = {}): Promise<Provider> {
  const started = await startProvider({ ...SETTINGS, ...changes }, { host: "127.0.0.1", port: 0 }, () => undefined);
  open.push(started);
  return started;
}

function ask({ url }: Provider, simulate: string, rest: SseAsk & { readonly body?: object } = {}): Promise<SseRead> {
  const body = { model: "demo-small", messages: MESSAGES, stream: true, ...rest.body };
  const headers = { "x-simulate": simulate };
  return postForSse(`${url}/v1/chat/completions`, body, {
    headers,
    ...(rest.leave === undefined ? {} : { leave: rest.leave }),
  });
}

async function ledger({ url }: Provider, id: unknown): Promise<Entry> {
  return (await (await fetch(`${url}/v1/ledger/${String(id)}`)).json()) as Entry;
}

function chunksOf(read: SseRead): readonly Chunk[] {
  return dataOf(read)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Chunk);
}

function contentOf(read: SseRead, field = "content"): string {
  return chunksOf(read)
    .map(({ choices }) => choices[0]?.delta[field] ?? "")
    .join("");
}

describe("a stream of the provider", () => {
  it("has OpenAI's form: role, deltas, finish, usage when asked for, [DONE]; and the text of the JSON answer", async () => {
    const started = await provider({ tokensPerSecond: 5000 });
    const read = await ask(started, "", { body: { stream_options: { include_usage: true } } });
    expect(read).toMatchObject({ status: 200, end: "complete" });
    expect(read.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const chunks = chunksOf(read);
    expect(dataOf(read).at(-1)).toBe("[DONE]");
    expect(chunks.every(({ id, object }) => id === "chatcmpl-0" && object === "chat.completion.chunk")).toBe(true);
    expect(chunks[0]).toMatchObject({
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
      usage: null,
    });
    expect(chunks.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }], usage: null });
    const json = (await (
      await fetch(`${started.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "demo-small", messages: MESSAGES }),
      })
    ).json()) as { choices: [{ message: { content: string } }]; usage: unknown };
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: json.usage });
    expect(contentOf(read)).toBe(json.choices[0].message.content);
  });

  it("leaves usage out when nobody asked, and says `length` when the limit ended it", async () => {
    const read = await ask(await provider({ tokensPerSecond: 5000 }), "", { body: { max_tokens: 3 } });
    expect(textOf(read)).not.toContain("usage");
    expect(chunksOf(read).at(-1)?.choices[0]?.finish_reason).toBe("length");
    expect(contentOf(read).split(" ")).toHaveLength(3);
  });

  it("tells reasoning apart from content, and counts it in the usage", async () => {
    const body = { stream_options: { include_usage: true } };
    const read = await ask(await provider(), "reasoning_tokens=4, tokens=3, gap_ms=1", { body });
    expect(contentOf(read, "reasoning_content")).toBe("let me see what");
    expect(contentOf(read).split(" ")).toHaveLength(3);
    expect(chunksOf(read).at(-1)?.usage).toMatchObject({
      completion_tokens: 7,
      completion_tokens_details: { reasoning_tokens: 4 },
    });
  });

  it("sends head and role at once and the first token not before its time, and its ledger agrees with the reader", async () => {
    const started = await provider();
    const read = await ask(started, "first_token_ms=200, gap_ms=40, tokens=5");
    expect(read.headMs).toBeLessThan(150);
    const first = read.pieces.findIndex(({ bytes }) => /"content":"[^"]/.test(bytes.toString()));
    const firstMs = read.pieces[first]!.ms;
    expect(firstMs).toBeGreaterThanOrEqual(200);
    const { chunks, ending } = await ledger(started, read.headers["x-request-id"]);
    expect(ending).toBe("complete");
    expect(chunks.map(([kind]) => kind)).toEqual([
      "granted",
      "role",
      ...Array.from({ length: 5 }, () => "content"),
      "finish",
      "done",
    ]);
    const [, truthMs] = chunks.find(([kind]) => kind === "content")!;
    // The reader's clock began before the provider's.
    expect(firstMs).toBeGreaterThanOrEqual(truthMs);
    expect(firstMs - truthMs).toBeLessThan(100);
    const times = chunks.filter(([kind]) => kind === "content").map(([, ms]) => ms);
    expect(times.every((ms, at) => ms >= 200 + at * 40)).toBe(true);
  });

  it("gathers a burst into one write", async () => {
    const read = await ask(await provider(), "tokens=12, burst=4, gap_ms=20");
    const counts = read.pieces.map(({ bytes }) => bytes.toString().match(/"content":"[^"]/g)?.length ?? 0);
    expect(counts.filter((count) => count > 0)).toEqual([4, 4, 4]);
  });

  it("splits one character of several bytes over two writes", async () => {
    const started = await provider();
    const read = await ask(started, "tokens=4, split=1, split_gap_ms=50, gap_ms=5");
    const decoded = read.pieces.map(({ bytes }) => bytes.toString());
    expect(decoded.some((text) => text.endsWith("\uFFFD"))).toBe(true);
    expect(contentOf(read)).toContain("Grüße👋");
    const { chunks } = await ledger(started, "chatcmpl-0");
    const part = chunks.findIndex(([kind]) => kind === "part");
    expect(chunks[part + 1]![1] - chunks[part]![1]).toBeGreaterThanOrEqual(50);
  });

  it("begins with a comment when asked to", async () => {
    const read = await ask(await provider(), "comments=1, tokens=1");
    expect(textOf(read)).toMatch(/^: the model is being asked\n\ndata: /);
  });

  it.each([
    ["cut", "cut", "failed"],
    ["error", "complete", "failed"],
    ["garbage", "complete", "failed"],
  ] as const)("ends as told: %s", async (ending, end, counted) => {
    const started = await provider();
    const read = await ask(started, `ending=${ending}, end_after=3, tokens=9, gap_ms=5`);
    expect(read.end).toBe(end);
    const data = dataOf(read);
    expect(data).not.toContain("[DONE]");
    expect(data.filter((each) => /"content":"[^"].*\}$/.test(each))).toHaveLength(3);
    const isJson = { cut: false, error: true, garbage: false }[ending];
    expect(parses(data.at(-1)!)).toBe(isJson);
    expect(data.at(-1)!.startsWith('{"error":{"message":')).toBe(ending === "error");
    expect(started.stats()).toMatchObject({ requests: 1, [counted]: 1, answered: 0 });
    expect((await ledger(started, "chatcmpl-0")).ending).toBe(ending);
  });

  it.each([
    ["an endless stream", "ending=endless, gap_ms=0", (text: string) => text.length > 500_000],
    ["a stalled one", "ending=stalled, end_after=2, gap_ms=1", (text: string) => text.includes('"content":" ')],
  ])("goes on until the reader leaves: %s", async (_name, simulate, leave) => {
    const started = await provider({ concurrency: 1 });
    const read = await ask(started, simulate, { leave });
    expect(read.end).toBe("left");
    await expect.poll(() => started.stats().abandoned).toBe(1);
    const { ending, chunks } = await ledger(started, "chatcmpl-0");
    expect(ending).toBe("abandoned");
    expect(chunks.length).toBeLessThanOrEqual(10_000);
    // The slot is free again.
    expect((await ask(started, "tokens=1")).end).toBe("complete");
  });

  it("waits for a slow reader instead of filling memory", async () => {
    const started = await provider();
    const answer = await fetch(`${started.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-simulate": "ending=endless, gap_ms=0" },
      body: JSON.stringify({ model: "m", messages: MESSAGES, stream: true }),
    });
    // Unread, it comes to a halt once the buffers between us are full.
    await expectHalt({ providerUrl: started.url });
    await answer.body?.cancel();
    await expect.poll(() => started.stats().abandoned).toBe(1);
  });

  it("breaks off the share of the streams that the settings say, and a header overrules them", async () => {
    const started = await provider({
      tokensPerSecond: 10_000,
      latency: { kind: "constant", typicalMs: 1 },
      shape: { ending: "cut", ending_share: 0.5 },
    });
    const reads = await Promise.all(Array.from({ length: 60 }, () => ask(started, "")));
    const cut = reads.filter(({ end }) => end === "cut").length;
    expect(cut).toBeGreaterThan(15);
    expect(cut).toBeLessThan(45);
    expect(started.stats()).toMatchObject({ failed: cut, answered: 60 - cut });
    expect((await ask(started, "ending=complete")).end).toBe("complete");
  });

  it("refuses a wrong x-simulate in one sentence, and pages its ledger", async () => {
    const started = await provider({ tokensPerSecond: 10_000, latency: { kind: "constant", typicalMs: 1 } });
    const bad = await ask(started, "speed=1");
    expect(bad.status).toBe(400);
    expect(textOf(bad)).toContain("x-simulate: There is no `speed` to simulate");
    for (let at = 0; at < 5; at += 1) await ask(started, "tokens=1");
    const page = async (query: string) => (await fetch(`${started.url}/v1/ledger${query}`)).json();
    expect(await page("?after=1&limit=2")).toMatchObject({ entries: [{ index: 2 }, { index: 3 }], forgotten: 0 });
    expect(await page("?after=x")).toMatchObject({ error: { type: "bad_request" } });
    expect(await page("/chatcmpl-99")).toMatchObject({ error: { type: "not_found" } });
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
