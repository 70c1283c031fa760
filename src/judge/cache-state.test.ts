import { describe, expect, it } from "vitest";
import type { AnswerFacts } from "../model/index.ts";
import { cacheFinding, type CacheAllowance } from "./cache-state.ts";

const ALLOWED: CacheAllowance = {
  conversations: 500,
  requests: 1000,
  hits: 200,
  prefix: { promptTokens: 50_000, reusedTokens: 10_000 },
};

function told(cache: Partial<AnswerFacts["cache"]>, prefix: Partial<AnswerFacts["prefix"]> = {}): AnswerFacts {
  return {
    begun: { warmup: 10, judged: 500 },
    cache: { told: 0, hits: 0, ...cache },
    usage: { told: 0, promptTokens: 0, completionTokens: 0 },
    prefix: { told: 0, cachedTokens: 0, promptTokens: 0, ...prefix },
  };
}

const cold = (answers: AnswerFacts | undefined) =>
  cacheFinding({ declared: "cold", users: 10, allowed: ALLOWED }, answers, 1000);
const filled = (declared: "primed" | "warm", answers: AnswerFacts) =>
  cacheFinding({ declared, users: 10, allowed: ALLOWED }, answers, 1000);

describe("a cold cache", () => {
  it("is verified by answers that all say so, and by no more hits than the run's own repeats allow", () => {
    expect(cold(told({ told: 1000 })).cache).toMatchObject({ result: "verified" });
    expect(cold(told({ told: 1000, hits: 200 })).cache).toMatchObject({
      result: "verified",
      text: "Declared cold, and so it was: 200 of 1,000 answers came from a cache, no more than the run's own repeats allow.",
    });
  });

  it("is wrong when more came from it, and the sentence has the numbers", () => {
    const { cache, doubt } = cold(told({ told: 1000, hits: 600 }));
    expect(cache.result).toBe("wrong");
    expect(doubt).toMatchObject({
      code: "cache_state_wrong",
      text: expect.stringMatching(
        /^Declared cold, but 600 of 1,000 answers came from a cache, where .* allow 315:/,
      ) as string,
    });
  });

  it("is not verified by hits that repeats do not explain, though conversations from the warm-up may", () => {
    const { cache, doubt } = cold(told({ told: 1000, hits: 250 }));
    expect([cache.result, doubt]).toEqual(["not_verified", undefined]);
    expect(cache.text).toBe(
      "Declared cold, not verified: 250 of 1,000 answers came from a cache, of which the repeats of the run's own prompts explain 238: where the others came from is not known.",
    );
  });

  it("is wrong when nothing was under way and nothing repeats: users who begin only in the window explain no hit", () => {
    const allowed = { conversations: 20, requests: 60, hits: 0 };
    const of = (warmup: number, hits: number) =>
      cacheFinding(
        { declared: "cold", users: 10, allowed },
        { ...told({ told: 60, hits }), begun: { warmup, judged: 20 } },
        60,
      ).cache.result;
    expect(of(0, 54)).toBe("wrong");
    expect(of(0, 24)).toBe("not_verified");
    // Ten conversations of three turns may have gone on in the window.
    expect(of(40, 54)).toBe("not_verified");
    expect(of(40, 55)).toBe("wrong");
  });

  it("is not verified by prompt tokens that nobody counted", () => {
    const uncounted = { conversations: 500, requests: 1000, hits: 200 };
    const answers = told({}, { told: 1000, cachedTokens: 45_000, promptTokens: 50_000 });
    const { cache, doubt } = cacheFinding({ declared: "cold", users: 10, allowed: uncounted }, answers, 1000);
    expect([cache.result, doubt]).toEqual(["not_verified", undefined]);
    expect(cache.text).toContain("the prompts are too long to count how much of them repeats");
  });

  it("is wrong when a prefix cache knew more than was said before, beyond the target's own instructions", () => {
    const of = (cachedTokens: number, promptTokens: number) =>
      cold(told({}, { told: 1000, cachedTokens, promptTokens }));
    expect(of(45_000, 50_000).doubt?.code).toBe("cache_state_wrong");
    expect(of(10_000, 50_000).cache.result).toBe("verified");
    // Half of each prompt is the target's own system prompt, which its provider knows by heart.
    expect(of(58_000, 100_000).cache.result).toBe("verified");
  });

  it.each([
    ["nobody tells", undefined, "the answers do not tell whether they came from a cache"],
    ["few tell", told({ told: 500 }), "only 50 % of the answers tell"],
  ])("is not verified when %s", (_name, answers, text) => {
    const { cache, doubt } = cold(answers);
    expect(cache.result).toBe("not_verified");
    expect(cache.text).toContain(text);
    expect(doubt).toBeUndefined();
  });

  it("without a list is verified only where nothing came from it", () => {
    const claim = { declared: "cold", users: 10 } as const;
    expect(cacheFinding(claim, told({ told: 1000 }), 1000).cache.result).toBe("verified");
    expect(cacheFinding(claim, told({ told: 1000, hits: 300 }), 1000).cache.result).toBe("not_verified");
  });
});

describe.each(["primed", "warm"] as const)("a %s cache", (declared) => {
  it("is verified by hits, or by prompt tokens that came from it", () => {
    expect(filled(declared, told({ told: 1000, hits: 500 })).cache.result).toBe("verified");
    const byTokens = told({ told: 1000 }, { told: 1000, cachedTokens: 20_000, promptTokens: 50_000 });
    expect(filled(declared, byTokens).cache.result).toBe("verified");
  });

  it("is wrong when hardly anything came from it", () => {
    const { cache, doubt } = filled(declared, told({ told: 1000, hits: 20 }));
    expect(doubt?.code).toBe("cache_state_wrong");
    expect(cache.text).toBe(
      `Declared ${declared}, but 20 of 1,000 answers came from a cache, although every prompt had been sent before: no cache kept them.`,
    );
  });
});

it("nothing is judged of a cache that nobody speaks of", () => {
  const { cache, doubt } = cacheFinding({ declared: "as_is", users: 1 }, told({ told: 10, hits: 4 }), 10);
  expect([cache.result, doubt]).toEqual(["not_declared", undefined]);
  expect(cache.text).toContain("4 of 10 answers came from a cache");
});
