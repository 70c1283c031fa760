import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { expectHalt } from "../support/demo-ledger.ts";

const FLAGS = "--chatbot-port 0 --provider-port 0 --latency constant --first-token-ms 40 --tokens-per-second 500";

interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly seq?: number;
  readonly text?: string;
  readonly reply?: string;
  readonly count?: number;
  readonly cached?: boolean;
  readonly code?: string;
  readonly request_id?: string;
}

const open: Demo[] = [];
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const demo of open.splice(0)) await demo.close();
});

async function demo(...flags: readonly string[]): Promise<Demo> {
  const asked = readSettings([...FLAGS.split(" "), ...flags], {});
  if (asked.kind !== "start") throw new Error("bad settings");
  const started = await startDemo(asked.settings, () => undefined);
  open.push(started);
  return started;
}

interface Connection {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  /** All frames from the one after the last look to the first of these types. */
  until(...types: readonly string[]): Promise<readonly Frame[]>;
  say(id: string, message: string, conversation?: string): void;
}

async function connect({ chatbotUrl }: Demo, headers: Record<string, string> = {}): Promise<Connection> {
  const socket = new WebSocket(`${chatbotUrl.replace("http", "ws")}/ws`, { headers });
  sockets.push(socket);
  const frames: Frame[] = [];
  socket.on("message", (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
  await once(socket, "open");
  const looked = { at: 0 };
  const found = (types: readonly string[]): number =>
    frames.findIndex(({ type }, at) => at >= looked.at && types.includes(type));
  return {
    socket,
    frames,
    until: async (...types) => {
      await expect.poll(() => found(types), { timeout: 10_000, interval: 5 }).toBeGreaterThanOrEqual(0);
      const end = found(types) + 1;
      return frames.slice(looked.at, (looked.at = end));
    },
    say: (id, message, conversation = "a") => {
      socket.send(JSON.stringify({ id, conversation_id: conversation, message }));
    },
  };
}

describe("the chatbot over WebSocket", () => {
  it("streams tokens numbered from 0, then says the whole reply; and repeats it from its cache", async () => {
    const started = await demo();
    const one = await connect(started);
    one.say("m1", "hello");
    const frames = await one.until("done");
    expect(frames[0]).toMatchObject({ type: "start", id: "m1", request_id: "chat-1", cached: false });
    const tokens = frames.filter(({ type }) => type === "token");
    expect(tokens.map(({ seq }) => seq)).toEqual(tokens.map((_, at) => at));
    expect(frames.at(-1)).toMatchObject({
      type: "done",
      id: "m1",
      count: tokens.length,
      reply: tokens.map(({ text }) => text).join(""),
      cached: false,
    });
    const other = await connect(started);
    other.say("m2", "hello", "b");
    expect((await other.until("done")).at(-1)).toEqual({ ...frames.at(-1), id: "m2", cached: true });
    expect(started.chatbotStats()).toEqual({ requests: 2, answered: 2, bad_requests: 0, failed: 0, cached: 1 });
  });

  it("goes on with the conversation on the same connection, and on a new one", async () => {
    const started = await demo();
    const one = await connect(started);
    for (const id of ["m1", "m2", "m3"]) {
      one.say(id, "hello");
      expect((await one.until("done")).at(-1)).toMatchObject({ id, cached: false });
    }
    one.socket.close();
    const two = await connect(started);
    two.say("m4", "hello");
    expect((await two.until("done")).at(-1)).toMatchObject({ id: "m4", cached: false });
    expect(started.providerStats().requests).toBe(4);
  });

  it("sends nothing before its time, as its ledger says too", async () => {
    const started = await demo();
    const one = await connect(started, { "x-simulate": "first_token_ms=120, tokens=3, reasoning_tokens=1" });
    const begun = performance.now();
    one.say("m1", "hello");
    const first = await one.until("reasoning");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(120);
    await one.until("done");
    const url = `${started.chatbotUrl}/v1/ledger/${first[0]!.request_id!}`;
    const { chunks } = (await (await fetch(url)).json()) as { chunks: [string, number][] };
    expect(chunks.map(([kind]) => kind)).toEqual(["begin", "reasoning", "content", "content", "content", "done"]);
    expect(chunks[1]![1]).toBeGreaterThanOrEqual(120);
  });

  it("ends the provider's stream when the connection goes", async () => {
    const started = await demo();
    const one = await connect(started, { "x-simulate": "ending=endless, gap_ms=5" });
    one.say("m1", "hello");
    await one.until("token");
    one.socket.terminate();
    await expect.poll(() => started.providerStats().abandoned).toBe(1);
    await expect.poll(() => started.chatbotStats()).toMatchObject({ requests: 1, failed: 1, answered: 0 });
  });

  it("waits for a slow reader, and the provider waits with it", async () => {
    const started = await demo();
    const one = await connect(started, { "x-simulate": "ending=endless, gap_ms=0, word_length=2000" });
    one.say("m1", "hello");
    await one.until("token");
    one.socket.pause();
    await expectHalt(started);
    expect(started.chatbotStats()).toMatchObject({ requests: 1, failed: 0, answered: 0 });
    one.socket.terminate();
    await expect.poll(() => started.providerStats().abandoned).toBe(1);
  });

  it("answers what it cannot read with an error, keeps the connection, and takes one message at a time", async () => {
    const started = await demo("--first-token-ms", "150");
    const one = await connect(started);
    one.socket.send("{");
    one.socket.send(Buffer.from([0, 1, 2]));
    one.socket.send(JSON.stringify({ id: "x", conversation_id: "a" }));
    one.say("m1", "hello");
    one.say("m2", "too soon");
    await one.until("done");
    const errors = one.frames.filter(({ type }) => type === "error").map(({ id, code }) => [id, code]);
    expect(errors).toEqual([
      ["chat-1", "bad_request"],
      ["chat-2", "bad_request"],
      ["x", "bad_request"],
      ["m2", "busy"],
    ]);
    expect(started.chatbotStats()).toMatchObject({ requests: 5, bad_requests: 4, answered: 1 });
  });

  it.each([
    ["cut", "The model provider's stream broke off."],
    ["error", "The model provider reported an error in its stream."],
  ])("says what went wrong when the provider's stream ends by %s", async (ending, message) => {
    const started = await demo();
    const one = await connect(started, { "x-simulate": `tokens=8, end_after=3, ending=${ending}` });
    one.say("m1", "hello");
    expect((await one.until("error")).at(-1)).toEqual({ type: "error", id: "m1", code: "provider_failed", message });
    expect(started.chatbotStats()).toMatchObject({ failed: 1, answered: 0 });
  });

  it("closes on a message that is too large, and knows no other path", async () => {
    const started = await demo();
    const one = await connect(started);
    one.socket.send("x".repeat(65 * 1024));
    expect((await once(one.socket, "close"))[0]).toBe(1009);
    const wrong = new WebSocket(`${started.chatbotUrl.replace("http", "ws")}/other`);
    const [error] = (await once(wrong, "error")) as [Error];
    expect(error.message).toBe("Unexpected server response: 404");
  });

  it("finishes the answer under way when it stops, then says goodbye", async () => {
    const started = await demo("--first-token-ms", "200");
    const [busy, idle] = [await connect(started), await connect(started)];
    busy.say("m1", "hello");
    await expect.poll(() => started.providerStats().requests).toBe(1);
    const goodbyes = Promise.all([once(busy.socket, "close"), once(idle.socket, "close")]);
    await started.close();
    expect((await goodbyes).map(([code]) => code as number)).toEqual([1001, 1001]);
    expect(busy.frames.at(-1)).toMatchObject({ type: "done", id: "m1" });
  });
});
