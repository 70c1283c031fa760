import { describe, expect, it } from "vitest";
import type { ProbeAnswer, StreamKind } from "./protocol.ts";
import { readingOf } from "./reading.ts";

function read(kind: StreamKind, body: string): ProbeAnswer {
  const pieces = [{ atMs: 1, lateMs: 0, bytes: new TextEncoder().encode(body) }];
  return readingOf({ kind, pieces, closing: "closed", wantsText: true });
}

const event = (data: object | string, name = ""): string =>
  `${name && `event: ${name}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const token = (text: string, name?: string): string => event({ token: text }, name);
const chunk = (content: string, name?: string): string => event({ choices: [{ index: 0, delta: { content } }] }, name);
const DONE = event("[DONE]");
/** What stands between the events of an answer and is none of it. */
const PING = `: comment\n\n${event("pong", "ping")}data:\n\n`;

describe("a stream is whole", () => {
  it.each([
    ["events without names, ended by done", token("he") + PING + token("y") + event({ done: true, cached: true })],
    ["events without names, ended by [DONE]", token("he") + token("y", "message") + DONE],
    ["named ones, ended by a name alone", token("hey", "token") + PING + event("end", "done")],
    ["the end in the last of them", token("he") + event({ token: "y", done: true, usage: {} })],
    ["reasoning before", event({ reasoning: "hm" }) + event({ text: "hm" }, "reasoning") + token("hey") + DONE],
  ])("events: %s", (_, body) => {
    expect(read("events", body)).toMatchObject({ end: "complete", text: "hey" });
  });

  it.each([
    ["pings and chunks without choices", PING + event({ id: 1 }) + chunk("hey") + PING + DONE],
    ["named chunks", chunk("hey", "chunk") + DONE],
    ["ended by done", chunk("hey") + event({ done: true })],
  ])("openai: %s", (_, body) => {
    expect(read("openai", body)).toMatchObject({ end: "complete", text: "hey" });
  });

  it("and what its last event tells is kept", () => {
    const last = { done: true, cached: true, finish_reason: "stop", usage: { prompt_tokens: 3, completion_tokens: 1 } };
    const { usage, cached, finish_reason: finish } = read("events", token("hey") + event(last));
    expect({ usage, cached, finish }).toEqual({ usage: last.usage, cached: true, finish: "stop" });
  });
});

describe("a stream is a failure", () => {
  it.each([
    ["plain words", event("hello") + DONE, "invalid_data"],
    ["a broken end", token("hey") + event("{oops", "done"), "invalid_data"],
    ["no end", token("hey"), "cut"],
    ["an error in words", token("hey") + event("too much", "error"), "error_event"],
    ["an error among unnamed ones", token("hey") + event({ error: "no" }) + DONE, "error_event"],
  ])("events: %s", (_, body, end) => {
    expect(read("events", body).end).toBe(end);
  });

  it.each([
    ["a list", event("[1]") + DONE, "invalid_data"],
    ["half a chunk", event('{"choices":[{') + DONE, "invalid_data"],
    ["an error by name", chunk("hey") + event({ message: "no" }, "error"), "error_event"],
    ["nothing but pings", PING + DONE, "empty"],
    ["a line of 2 MiB", event({ x: "y".repeat(2 ** 21) }) + DONE, "invalid_data"],
  ])("openai: %s", (_, body, end) => {
    expect(read("openai", body).end).toBe(end);
  });
});
