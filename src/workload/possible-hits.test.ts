import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PromptList, Script } from "../model/index.ts";
import { possibleHits } from "./possible-hits.ts";
import { possiblePrefixReuse } from "./possible-prefix-reuse.ts";
import { orderedList } from "./prompts.ts";

const list = (order: readonly number[], ...scripts: readonly Script[]): PromptList => ({
  scripts,
  order: Uint32Array.from(order),
});
const one = (...turns: readonly string[]): Script => ({ turns });

/** Scripts from few words, so that beginnings are shared by chance. */
const scripts = fc.array(
  fc.record({
    turns: fc.array(fc.constantFrom("a", "b", "a b"), { minLength: 1, maxLength: 3 }),
    system: fc.constantFrom("x", "y"),
    maxTokens: fc.constantFrom(2, 3),
  }),
  { minLength: 1, maxLength: 12 },
);
const lists = fc.tuple(scripts, fc.array(fc.nat(), { minLength: 1, maxLength: 60 })).map(([all, picks]) =>
  list(
    picks.map((pick) => pick % all.length),
    ...all,
  ),
);

describe("what an exact-match cache could answer", () => {
  it("is whatever was asked before, turn by turn", () => {
    expect(possibleHits(list([0, 1, 0, 0], one("a"), one("b")))).toEqual({ requests: 4, hits: 2, ratio: 0.5 });
    // The first two turns are the same conversation so far; the third is not.
    expect(possibleHits(list([0, 1], one("a", "b", "c"), one("a", "b", "d")))).toMatchObject({ requests: 6, hits: 2 });
    expect(possibleHits(list([0, 1], { ...one("a"), system: "x" }, { ...one("a"), system: "y" })).hits).toBe(0);
  });

  it("is 99 % by arithmetic for 2,000 requests over 20 prompts", () => {
    const all = Array.from({ length: 20 }, (_, at) => one(`prompt ${at}`));
    const order = orderedList(all, { seed: 1, count: 2000, repeat: { kind: "uniform" } });
    expect(possibleHits(order).ratio).toBe(0.99);
  });

  it("depends on the order when the cache is small, and leaves a warm-up out", () => {
    const [a, b] = [one("a"), one("b")];
    expect(possibleHits(list([0, 1, 0, 1], a, b), { entries: 1 }).hits).toBe(0);
    expect(possibleHits(list([0, 0, 1, 1], a, b), { entries: 1 }).hits).toBe(2);
    expect(possibleHits(list([0, 1, 0, 1], a, b), { judgedFrom: 2 })).toEqual({ requests: 2, hits: 2, ratio: 1 });
    expect(possibleHits(list([0], a), { judgedFrom: 1 })).toEqual({ requests: 0, hits: 0, ratio: 0 });
  });

  it("is what a plain cache of all that was said would do", () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 20 }), (sent, entries) => {
        expect(possibleHits(sent).hits).toBe(plainHits(sent, Number.POSITIVE_INFINITY));
        expect(possibleHits(sent, { entries }).hits).toBe(plainHits(sent, entries));
      }),
    );
  });
});

/** The obvious way, with whole texts. */
function plainHits(sent: PromptList, entries: number): number {
  const kept: string[] = [];
  let hits = 0;
  for (const at of sent.order) {
    const { system, turns } = sent.scripts[at]!;
    for (const turn of turns.keys()) {
      const key = JSON.stringify([system, turns.slice(0, turn + 1)]);
      const found = kept.indexOf(key);
      if (found >= 0) {
        hits += 1;
        kept.splice(found, 1);
      }
      kept.push(key);
      if (kept.length > entries) kept.shift();
    }
  }
  return hits;
}

describe("what a prefix cache could reuse", () => {
  const words = (count: number, word = "w"): string => Array.from({ length: count }, () => word).join(" ");

  it("is the shared system prompt, in whole blocks, from the second one on", () => {
    const system = words(40);
    const sent = list([0, 1, 2], ...["a", "b", "c"].map((word) => ({ ...one(words(24, word)), system })));
    // 40 tokens in common are two blocks of 16.
    expect(possiblePrefixReuse(sent)).toEqual({ promptTokens: 192, reusedTokens: 64, ratio: 64 / 192 });
    expect(possiblePrefixReuse(sent, { blockTokens: 1 }).reusedTokens).toBe(80);
    expect(possiblePrefixReuse(sent, { minTokens: 33 }).reusedTokens).toBe(0);
  });

  it("is the whole prompt when it is repeated, and all before it in the next turn of a conversation", () => {
    expect(possiblePrefixReuse(list([0, 0], one(words(32))))).toMatchObject({ promptTokens: 64, reusedTokens: 32 });
    const talk = { ...one(words(10), words(10)), maxTokens: 20 };
    expect(possiblePrefixReuse(list([0], talk), { blockTokens: 1 })).toMatchObject({
      promptTokens: 10 + 40,
      reusedTokens: 30,
    });
  });

  it("is, token by token, the longest beginning that any earlier prompt or answer had", () => {
    fc.assert(
      fc.property(lists, (given) => {
        // Equal words get equal answers, so these are equally long.
        const sent = { ...given, scripts: given.scripts.map((script) => ({ ...script, maxTokens: 2 })) };
        expect(possiblePrefixReuse(sent, { blockTokens: 1 })).toMatchObject(plainReuse(sent));
      }),
    );
  });

  it("is never more with larger blocks or a higher minimum, and never more than there is", () => {
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 9 }),
        (sent, blockTokens, minTokens) => {
          const most = possiblePrefixReuse(sent, { blockTokens: 1 });
          const less = possiblePrefixReuse(sent, { blockTokens, minTokens });
          expect(less.reusedTokens).toBeLessThanOrEqual(most.reusedTokens);
          expect(most.ratio).toBeLessThan(1);
          expect(less.promptTokens).toBe(most.promptTokens);
        },
      ),
    );
  });
});

/** The obvious way: every prompt against all beginnings ever seen; an answer follows from what was said before it. */
function plainReuse(sent: PromptList): { promptTokens: number; reusedTokens: number } {
  const seen = new Set<string>();
  const sum = { promptTokens: 0, reusedTokens: 0 };
  for (const at of sent.order) {
    const { system, turns, maxTokens } = sent.scripts[at]!;
    let said = [system!];
    for (const turn of turns) {
      said = [...said, ...turn.split(" ")];
      const beginnings = said.map((_, end) => JSON.stringify(said.slice(0, end + 1)));
      const firstNew = beginnings.findIndex((beginning) => !seen.has(beginning));
      sum.promptTokens += said.length;
      sum.reusedTokens += firstNew === -1 ? said.length : firstNew;
      said = [...said, ...Array.from({ length: maxTokens! }, (_, of) => `answer ${of} to ${said.join(" ")}`)];
      for (let end = 1; end <= said.length; end += 1) seen.add(JSON.stringify(said.slice(0, end)));
    }
  }
  return sum;
}
