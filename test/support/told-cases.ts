/** What answers tell beside their text, for both that read it: load_tests/lib/read-told.ts and the stream probe. */

const OPEN_AI = { prompt_tokens: 100, completion_tokens: 7 };

/** Usage as it stands in an answer, and what it says; undefined: not enough. */
export const USAGE_CASES: readonly (readonly [name: string, usage: unknown, told: object | undefined])[] = [
  ["OpenAI", { ...OPEN_AI, prompt_tokens_details: { cached_tokens: 64 } }, { ...OPEN_AI, cached_tokens: 64 }],
  ["OpenAI without details", { ...OPEN_AI, prompt_tokens_details: null }, OPEN_AI],
  ["DeepSeek", { ...OPEN_AI, prompt_cache_hit_tokens: 64 }, { ...OPEN_AI, cached_tokens: 64 }],
  [
    "Anthropic, whose input leaves out what was cached",
    { input_tokens: 10, output_tokens: 7, cache_read_input_tokens: 80, cache_creation_input_tokens: 10 },
    { ...OPEN_AI, cached_tokens: 80 },
  ],
  ["Anthropic without a cache", { input_tokens: 100, output_tokens: 7 }, OPEN_AI],
  ["more cached than asked", { ...OPEN_AI, prompt_tokens_details: { cached_tokens: 101 } }, OPEN_AI],
  ["a lower bound of nothing", { prompt_tokens: -1, completion_tokens: 7 }, undefined],
  ["half a usage", { prompt_tokens: 3 }, undefined],
  ["text", "many", undefined],
];

/** Headers of an answer, and whether a cache gave it; undefined: they do not say. */
export const CACHE_CASES: readonly (readonly [
  headers: Readonly<Record<string, string>>,
  cached: boolean | undefined,
])[] = [
  [{ "X-Cache": "HIT" }, true],
  [{ "X-Cache": "Miss from cloudfront" }, false],
  [{ "X-Cache-Status": "TCP_HIT" }, true],
  [{ "Helicone-Cache": "MISS" }, false],
  [{ "X-Portkey-Cache-Status": "SEMANTIC HIT" }, true],
  [{ "X-Portkey-Cache-Status": "DISABLED" }, undefined],
  [{ "Cf-Aig-Cache-Status": "HIT" }, true],
  [{ "Cf-Aig-Cache-Status": "MISS" }, false],
  [{ "Cf-Cache-Status": "DYNAMIC" }, undefined],
  [{ "X-Cache": "MISS", "X-Cache-Status": "HIT" }, false],
  [{ "X-Litellm-Cache-Key": "abc", "X-Litellm-Call-Id": "1" }, true],
  [{ "X-Litellm-Call-Id": "1" }, false],
  [{}, undefined],
];
