import { describe, expect, it } from "vitest";
import { readTold } from "../../load_tests/lib/read-told.ts";

describe("what an answer tells of caches and tokens", () => {
  const openAi = { prompt_tokens: 100, completion_tokens: 7 };
  it.each([
    ["OpenAI", { ...openAi, prompt_tokens_details: { cached_tokens: 64 } }, { ...openAi, cached_tokens: 64 }],
    ["OpenAI without details", { ...openAi, prompt_tokens_details: null }, openAi],
    ["DeepSeek", { ...openAi, prompt_cache_hit_tokens: 64 }, { ...openAi, cached_tokens: 64 }],
    [
      "Anthropic, whose input leaves out what was cached",
      { input_tokens: 10, output_tokens: 7, cache_read_input_tokens: 80, cache_creation_input_tokens: 10 },
      { ...openAi, cached_tokens: 80 },
    ],
    ["more cached than asked", { ...openAi, prompt_tokens_details: { cached_tokens: 101 } }, openAi],
    ["a lower bound of nothing", { prompt_tokens: -1, completion_tokens: 7 }, undefined],
    ["half a usage", { prompt_tokens: 3 }, undefined],
    ["text", "many", undefined],
  ])("tokens of %s", (_name, usage, expected) => {
    expect(readTold({ usage })).toEqual(expected === undefined ? {} : { usage: expected });
  });

  it.each([
    [{ "X-Cache": "HIT" }, true],
    [{ "X-Cache": "Miss from cloudfront" }, false],
    [{ "X-Cache-Status": "TCP_HIT" }, true],
    [{ "Helicone-Cache": "MISS" }, false],
    [{ "X-Portkey-Cache-Status": "SEMANTIC HIT" }, true],
    [{ "X-Portkey-Cache-Status": "DISABLED" }, undefined],
    [{ "X-Litellm-Cache-Key": "abc", "X-Litellm-Call-Id": "1" }, true],
    [{ "X-Litellm-Call-Id": "1" }, false],
    [{}, undefined],
  ])("headers %j", (headers, cached) => {
    expect(readTold({}, () => headers)).toEqual(cached === undefined ? {} : { cached });
  });

  it("the body itself before any header", () => {
    expect(readTold({ cached: false }, () => ({ "X-Cache": "HIT" }))).toEqual({ cached: false });
    for (const body of [null, undefined, 3, "text", []]) expect(readTold(body)).toEqual({});
  });
});
