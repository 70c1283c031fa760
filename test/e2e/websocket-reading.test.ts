import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SOCKET_DEFAULTS } from "../../load_tests/lib/socket-options.ts";
import { readings, type SocketAnswer } from "../../load_tests/lib/socket-reading.ts";

interface Frame {
  readonly type: string;
  readonly seq?: number;
  readonly text?: string;
  readonly [more: string]: unknown;
}

const tokens = (count: number): readonly Frame[] =>
  Array.from({ length: count }, (_, seq) => ({ type: "token", id: "m", seq, text: `t${seq} ` }));
const doneAfter = (count: number): Frame => ({
  ...{ type: "done", id: "m", count, cached: false },
  reply: tokens(count)
    .map(({ text }) => text)
    .join(""),
  usage: { prompt_tokens: 4, completion_tokens: count },
});

function readAll(frames: readonly (Frame | string)[]): SocketAnswer {
  const reading = readings(SOCKET_DEFAULTS)("m");
  for (const [at, frame] of frames.entries()) {
    if (reading.take(typeof frame === "string" ? frame : JSON.stringify(frame), at * 10)) break;
  }
  return reading.end();
}

describe("an answer over a WebSocket", () => {
  it("is good as it was sent, with its times, usage and what it tells of a cache", () => {
    const start = { type: "start", id: "m" };
    const thought = { type: "reasoning", id: "m", text: "hm" };
    expect(readAll([start, thought, ...tokens(3), doneAfter(3)])).toEqual({
      ...{ reply: "t0 t1 t2 ", contentMs: [20, 30, 40], lost: 0, duplicated: 0, reordered: 0 },
      ...{ firstByteMs: 0, firstTokenMs: 10, cached: false },
      usage: { prompt_tokens: 4, completion_tokens: 3 },
    });
  });

  it("is failed whenever any of its messages is lost, doubled or out of order, and the right number is told", () => {
    const harms = fc.record({
      count: fc.integer({ min: 3, max: 30 }),
      lose: fc.array(fc.nat(), { maxLength: 3 }),
      double: fc.array(fc.nat(), { maxLength: 3 }),
      swap: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(harms, ({ count, lose, double, swap }) => {
        const lost = new Set(lose.map((pick) => pick % count));
        const doubled = new Set(double.map((pick) => pick % count));
        const kept = tokens(count).filter(({ seq }) => !lost.has(seq!));
        const twice = kept.flatMap((frame) => (doubled.has(frame.seq!) ? [frame, frame] : [frame]));
        const isSwapped = swap !== undefined && kept.length === twice.length && kept.length >= 2;
        const at = isSwapped ? swap % (kept.length - 1) : 0;
        const sent = isSwapped ? [...twice.slice(0, at), twice[at + 1]!, twice[at]!, ...twice.slice(at + 2)] : twice;
        const answer = readAll([...sent, doneAfter(count)]);
        expect(answer.lost).toBe(lost.size);
        expect(answer.duplicated).toBe(twice.length - kept.length);
        expect(answer.reordered).toBe(isSwapped ? 1 : 0);
        const isWhole = lost.size === 0 && twice.length === kept.length && !isSwapped;
        expect(answer.broken === undefined).toBe(isWhole);
      }),
    );
  });

  it.each<[string, readonly (Frame | string)[], string]>([
    ["no JSON", ["<html>"], "not_json"],
    ["a list", ["[]"], "not_json"],
    ["an error in the middle", [...tokens(2), { type: "error", id: "m", message: "overloaded" }], "error"],
    ["an end without content", [doneAfter(0)], "empty"],
    ["a message of another exchange", [{ type: "token", id: "x", text: "a" }, ...tokens(1), doneAfter(1)], "stray"],
    ["another reply than its pieces", [...tokens(2), { ...doneAfter(2), reply: "else" }], "garbled"],
  ])("is failed by %s", (_name, frames, failure) => {
    expect(readAll(frames).broken).toMatchObject({ failure });
  });

  it("counts a number far ahead without keeping all that are missing", () => {
    const far = { type: "token", id: "m", seq: 1e9, text: "x" };
    expect(readAll([far, { type: "done", id: "m" }])).toMatchObject({ lost: 1e9, broken: { failure: "lost" } });
  });

  it("is the next message as a whole, where the scenario says so", () => {
    const options = { ...SOCKET_DEFAULTS, answer: "one" as const };
    for (const [message, reply] of [
      ['{"reply":"hello"}', "hello"],
      ["hello", "hello"],
    ] as const) {
      const reading = readings(options)("m");
      expect(reading.take(message, 5)).toBe(true);
      expect(reading.end()).toMatchObject({ reply, contentMs: [5] });
    }
  });
});
