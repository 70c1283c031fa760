import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Length, PromptList, PromptSpec, Repeat } from "../model/index.ts";
import { drawLength } from "./draw.ts";
import { possibleHits } from "./possible-hits.ts";
import { possiblePrefixReuse } from "./possible-prefix-reuse.ts";
import { promptList, scriptAt } from "./prompts.ts";
import { randomOf } from "./random.ts";
import { countTokens, WORDS } from "./words.ts";

const SPEC: PromptSpec = {
  seed: 1,
  count: 500,
  distinct: 100,
  repeat: { kind: "uniform" },
  prefixes: { count: 0, tokens: 0 },
  turns: { kind: "constant", value: 1 },
  promptTokens: { kind: "constant", value: 20 },
  outputTokens: { kind: "constant", value: 50 },
};

function listed(changes: Partial<PromptSpec> = {}): PromptList {
  const result = promptList({ ...SPEC, ...changes });
  if ("problems" in result) throw new Error(result.problems.join("; "));
  return result.list;
}

const lengths: fc.Arbitrary<Length> = fc.oneof(
  fc.record({ kind: fc.constant("constant" as const), value: fc.integer({ min: 2, max: 60 }) }),
  fc.record({
    kind: fc.constant("uniform" as const),
    min: fc.integer({ min: 2, max: 20 }),
    max: fc.integer({ min: 20, max: 60 }),
  }),
  fc.record({
    kind: fc.constant("lognormal" as const),
    median: fc.integer({ min: 2, max: 30 }),
    spread: fc.double({ min: 0, max: 2, noNaN: true }),
    max: fc.integer({ min: 30, max: 90 }),
  }),
);
const repeats: fc.Arbitrary<Repeat> = fc.oneof(
  fc.constant({ kind: "in_turn" as const }),
  fc.constant({ kind: "uniform" as const }),
  fc.record({ kind: fc.constant("zipf" as const), exponent: fc.double({ min: 0.1, max: 3, noNaN: true }) }),
);
const specs: fc.Arbitrary<PromptSpec> = fc.record({
  seed: fc.nat(2 ** 31),
  count: fc.integer({ min: 1, max: 200 }),
  distinct: fc.integer({ min: 1, max: 300 }),
  repeat: repeats,
  prefixes: fc.record({ count: fc.nat(5), tokens: fc.integer({ min: 1, max: 50 }) }),
  turns: fc.record({ kind: fc.constant("uniform" as const), min: fc.constant(1), max: fc.integer({ min: 1, max: 4 }) }),
  promptTokens: lengths,
  outputTokens: lengths,
});

describe("the generator of random numbers", () => {
  it("is sfc32: the same numbers on every machine and in every version", () => {
    const random = randomOf(1, 2, 3);
    expect(Array.from({ length: 3 }, () => Math.floor(random() * 2 ** 32))).toEqual([
      3_987_121_759, 92_551_270, 1_122_162_139,
    ]);
  });

  it("spreads evenly, also over neighbouring seeds, purposes and items", () => {
    for (const draw of [
      (at: number) => randomOf(at, 1, 1)(),
      (at: number) => randomOf(1, at, 1)(),
      (at: number) => randomOf(1, 1, at)(),
    ]) {
      const tenths = new Array<number>(10).fill(0);
      for (let at = 0; at < 10_000; at += 1) tenths[Math.floor(draw(at) * 10)]! += 1;
      // 1,000 each; five standard deviations are 150.
      expect(Math.min(...tenths)).toBeGreaterThan(850);
      expect(Math.max(...tenths)).toBeLessThan(1150);
    }
  });
});

describe("a generated list", () => {
  it("has exactly what was declared", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { scripts, order } = listed(spec);
        expect([scripts.length, order.length]).toEqual([spec.distinct, spec.count]);
        expect(order.every((at) => at < spec.distinct)).toBe(true);
        expect(new Set(scripts.map(({ turns }) => turns[0])).size).toBe(spec.distinct);
        const prefixes = new Set(scripts.flatMap(({ system }) => (system === undefined ? [] : [system])));
        expect(prefixes.size).toBeLessThanOrEqual(spec.prefixes.count);
        expect([...prefixes].every((prefix) => countTokens(prefix) === spec.prefixes.tokens)).toBe(true);
        const most = spec.promptTokens.kind === "constant" ? spec.promptTokens.value : spec.promptTokens.max;
        expect(scripts.every(({ turns }) => turns.every((turn) => countTokens(turn) <= Math.max(2, most)))).toBe(true);
        expect(scripts.every(({ turns, maxTokens }) => turns.length >= 1 && maxTokens! >= 1)).toBe(true);
      }),
    );
  });

  it("follows from its seed alone, any script also without the others, and a longer one begins like a shorter one", () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, pick) => {
        const list = listed(spec);
        expect(listed(spec)).toEqual(list);
        const at = pick % spec.distinct;
        expect(scriptAt(spec, at)).toEqual(list.scripts[at]);
        expect(listed({ ...spec, count: spec.count + 50 }).order.slice(0, spec.count)).toEqual(list.order);
      }),
      { numRuns: 50 },
    );
    expect(listed({ seed: 2 }).scripts).not.toEqual(listed().scripts);
    expect(listed({ seed: 2 }).order).not.toEqual(listed().order);
  });

  it("repeats as Zipf's law says", () => {
    const { order } = listed({ count: 100_000, distinct: 1000, repeat: { kind: "zipf", exponent: 1.1 } });
    const counts = new Array<number>(1000).fill(0);
    for (const at of order) counts[at]! += 1;
    const total = Array.from({ length: 1000 }, (_, at) => (at + 1) ** -1.1).reduce((sum, weight) => sum + weight, 0);
    for (const rank of [1, 2, 5, 10, 100]) {
      const expected = (100_000 * rank ** -1.1) / total;
      expect(Math.abs(counts[rank - 1]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it("has lengths distributed as declared", () => {
    const random = randomOf(1, 9);
    const spread = { kind: "lognormal", median: 200, spread: 0.7, max: 4000 } as const;
    const drawn = Array.from({ length: 20_001 }, () => drawLength(spread, random)).sort((a, b) => a - b);
    expect(drawn[10_000]).toBeGreaterThan(195);
    expect(drawn[10_000]).toBeLessThan(205);
    // One standard deviation above: exp(0.7) times the median.
    const upper = drawn[Math.round(0.8413 * 20_000)]!;
    expect(Math.abs(upper - 200 * Math.exp(0.7))).toBeLessThan(12);
  });

  it("has 256 different words, each one token", () => {
    expect(new Set(WORDS).size).toBe(256);
    expect(WORDS.every((word) => countTokens(word) === 1)).toBe(true);
  });

  it("says all that is wrong with a spec", () => {
    const bad = { ...SPEC, seed: -1, count: 0, distinct: 1.5, repeat: { kind: "zipf", exponent: 0 } } as const;
    expect(promptList({ ...bad, promptTokens: { kind: "uniform", min: 9, max: 3 } })).toEqual({
      problems: [
        "seed must be a whole number from 0 to 4294967295, not -1",
        "count must be a whole number from 1 to 10000000, not 0",
        "distinct must be a whole number from 1 to 10000000, not 1.5",
        "repeat.exponent must be a number above 0 and at most 10, not 0",
        "promptTokens.max must be a whole number from 9 to 10000000, not 3",
      ],
    });
    const tooShort = { ...SPEC, distinct: 300, promptTokens: { kind: "constant", value: 1 } } as const;
    expect(promptList(tooShort)).toEqual({
      problems: ["promptTokens.value must be a whole number from 2 to 10000000, not 1"],
    });
  });

  it("is written and examined within seconds for 100,000 prompts", { timeout: 60_000 }, () => {
    // The time of this process, not of the wall: other tests run beside it.
    const begun = process.cpuUsage();
    const list = listed({
      count: 100_000,
      distinct: 100_000,
      repeat: { kind: "zipf", exponent: 1 },
      prefixes: { count: 10, tokens: 50 },
      promptTokens: { kind: "lognormal", median: 60, spread: 0.5, max: 500 },
    });
    expect(possibleHits(list).requests).toBe(100_000);
    expect(possiblePrefixReuse(list).ratio).toBeGreaterThan(0.4);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1e6).toBeLessThan(15);
  });
});
