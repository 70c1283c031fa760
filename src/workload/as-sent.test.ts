import fc from "fast-check";
import { expect, it } from "vitest";
import { CACHE_STATES, type PromptList } from "../model/index.ts";
import { possibleAsSent, type Sent } from "./as-sent.ts";
import { possibleHits } from "./possible-hits.ts";
import { possiblePrefixReuse } from "./possible-prefix-reuse.ts";

const lists = fc.record({
  scripts: fc.array(fc.record({ turns: fc.array(fc.constantFrom("a", "b", "a b"), { minLength: 1, maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 6,
  }),
  picks: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
});

/** The whole run, conversation by conversation. */
function plainly({ scripts, order }: PromptList, { cache, begun: { warmup, judged } }: Sent) {
  const before = cache === "warm" ? [...order] : cache === "primed" ? [...scripts.keys()] : [];
  const load = Array.from({ length: warmup + judged }, (_, at) => order[at % order.length] ?? 0);
  const sent = { scripts, order: Uint32Array.from([...before, ...load]) };
  const { requests, hits } = possibleHits(sent, { judgedFrom: before.length + warmup });
  const reuse = possiblePrefixReuse(sent, { judgedFrom: before.length + warmup, blockTokens: 1 });
  const { promptTokens, reusedTokens } = reuse;
  return { conversations: judged, requests, hits, prefix: { promptTokens, reusedTokens } };
}

it("is what the whole run allowed, however often it went through the list", () => {
  const run = { cache: fc.constantFrom(...CACHE_STATES), warmup: fc.nat(60), judged: fc.nat(90) };
  fc.assert(
    fc.property(lists, fc.record(run), ({ scripts, picks }, { cache, warmup, judged }) => {
      const list = { scripts, order: Uint32Array.from(picks.map((pick) => pick % scripts.length)) };
      const sent = { cache, begun: { warmup, judged } };
      expect(possibleAsSent(list, sent)).toEqual(plainly(list, sent));
    }),
  );
});

it("takes no longer for millions of conversations, and says nothing of prefixes that are too long to compare", () => {
  const scripts = [{ turns: ["one"] }, { turns: ["two", "three"] }];
  const sent = { cache: "cold", begun: { warmup: 0, judged: 50_000_000 } } as const;
  expect(possibleAsSent({ scripts, order: Uint32Array.of(0, 1) }, sent)).toMatchObject({
    requests: 75_000_000,
    hits: 75_000_000 - 3,
  });
  const long = { scripts: [{ turns: ["word ".repeat(4_000_001)] }], order: Uint32Array.of(0) };
  expect(possibleAsSent(long, sent)).toEqual({ conversations: 50_000_000, requests: 50_000_000, hits: 49_999_999 });
});
