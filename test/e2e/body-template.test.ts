import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillerOf } from "../../load_tests/lib/conversation.ts";
import type { Turn } from "../../load_tests/lib/conversation.ts";

type Json = Parameters<typeof fillerOf>[0];

const TURN: Turn = {
  ...{ conversationId: "run-1-0", turn: 2, message: 'Say "hi"', history: [] },
  ...{ system: "Be kind.", maxTokens: 50, model: "small", id: "m7" },
};
const BARE: Turn = { conversationId: "c", turn: 1, message: "m", history: [] };

describe("a body's template", () => {
  it.each<readonly [string, Json, Json | undefined]>([
    ["text", "{{message}} of {{conversation_id}}, {{turn}}", 'Say "hi" of run-1-0, 2'],
    ["every name", "{{system}}|{{max_tokens}}|{{model}}|{{id}}", "Be kind.|50|small|m7"],
    [
      "numbers stay numbers",
      { n: "{{max_tokens}}", stream: true, t: 0.5, none: null },
      { n: 50, stream: true, t: 0.5, none: null },
    ],
    ["lists", [{ a: "{{id}}" }, "{{turn}}", 7], [{ a: "m7" }, "2", 7]],
    [
      "names that nobody knows stay",
      "{{constructor}} {{user}} {{ message }}",
      "{{constructor}} {{user}} {{ message }}",
    ],
  ])("is filled: %s", (_, template, expected) => {
    expect(JSON.stringify(fillerOf(template)(TURN))).toBe(JSON.stringify(expected));
  });

  it("leaves out what the turn does not say, and leaves a name in a text as it is", () => {
    const filled = fillerOf({ n: "{{max_tokens}}", text: "{{model}}: {{system}}{{max_tokens}}" })(BARE);
    expect(JSON.stringify(filled)).toBe('{"text":"{{model}}: "}');
  });

  it("becomes the conversation so far, with the system prompt before it", () => {
    const history = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ] as const;
    const messages = [{ role: "system", content: "Be kind." }, ...history, { role: "user", content: 'Say "hi"' }];
    expect(fillerOf({ messages: "{{messages}}" })({ ...TURN, history })).toEqual({ messages });
  });

  it("is the same whatever stands in it, where it has no place for anything, and is never changed", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const filled = JSON.stringify(fillerOf({ value: value as Json, id: "{{id}}" })(TURN));
        fc.pre(!before.includes("{{"));
        expect(filled).toBe(`{"value":${before},"id":"m7"}`);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});
