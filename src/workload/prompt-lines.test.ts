import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePromptLines } from "./prompt-lines.ts";

const messages = [
  { role: "system", content: "be short" },
  { role: "user", content: "hello" },
  { role: "assistant", content: "hi" },
  { role: "user", content: "bye" },
];

describe("prompts from JSONL", () => {
  it("reads texts, prompts, turns and OpenAI's messages; blank lines, CRLF and a byte order mark are no matter", () => {
    const lines = [
      JSON.stringify("just text"),
      "",
      JSON.stringify({ prompt: "p", max_tokens: 5 }),
      JSON.stringify({ turns: ["a", "b"], system: "s" }),
      JSON.stringify({ messages }),
      "",
    ];
    expect(parsePromptLines(`\uFEFF${lines.join("\r\n")}`)).toEqual({
      scripts: [
        { turns: ["just text"] },
        { turns: ["p"], maxTokens: 5 },
        { turns: ["a", "b"], system: "s" },
        { turns: ["hello", "bye"], system: "be short" },
      ],
    });
  });

  it("names the line of every problem at once", () => {
    const text = ['"fine"', "{", "7", "", '{"prompt":"a","turns":["b"]}', '{"prompt":" "}', '{"promt":"a"}'].join("\n");
    expect(parsePromptLines(text)).toEqual({
      problems: [
        { line: 2, text: "this is not JSON; each line is one JSON value" },
        { line: 3, text: expect.stringMatching(/^a line is a text that is not blank, or an object with/) as string },
        { line: 5, text: expect.stringMatching(/^a prompt has exactly one of "prompt"/) as string },
        { line: 6, text: '"prompt" must be a text that is not blank' },
        {
          line: 7,
          text: 'there is no "promt" in a prompt; known are prompt, turns, messages, system, max_tokens',
        },
      ],
    });
  });

  it.each([
    [{ turns: [] }, '"turns" must be'],
    [{ turns: ["a", 1] }, '"turns" must be'],
    [{ prompt: "a", system: "" }, '"system" must be'],
    [{ prompt: "a", max_tokens: 0 }, '"max_tokens" must be'],
    [{ messages: [] }, '"messages" has none of a user'],
    [{ messages: [{ role: "tool", content: "x" }] }, '"messages" must be'],
    [{ messages: [null] }, '"messages" must be'],
    [{ messages: [messages[1], messages[0]] }, '"messages" may have one message of the system'],
    [{ messages, system: "again" }, '"system" stands both alone'],
  ])("refuses %j", (value, problem) => {
    const result = parsePromptLines(JSON.stringify(value));
    expect("problems" in result ? result.problems[0] : undefined).toMatchObject({
      line: 1,
      text: expect.stringContaining(problem) as string,
    });
  });

  it("refuses an empty file", () => {
    expect(parsePromptLines(" \n")).toEqual({ problems: [{ line: 1, text: "there is no prompt in it" }] });
  });

  it("reads back whatever was written, and never throws", () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((each) => each.trim() !== "");
    const script = fc.record({ turns: fc.array(text, { minLength: 1, maxLength: 4 }), system: text });
    fc.assert(
      fc.property(fc.array(script, { minLength: 1, maxLength: 10 }), (scripts) => {
        expect(parsePromptLines(scripts.map((each) => JSON.stringify(each)).join("\n"))).toEqual({ scripts });
      }),
    );
    fc.assert(fc.property(fc.string(), (any) => void parsePromptLines(any)));
    fc.assert(fc.property(fc.json(), (any) => void parsePromptLines(any)));
  });
});
