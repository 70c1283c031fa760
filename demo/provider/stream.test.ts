import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fateOf } from "./fate.ts";
import type { ProviderSettings } from "./fate.ts";
import { ENDINGS, parseShape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { stepsOf } from "./stream.ts";
import type { Step } from "./stream.ts";

const SETTINGS: ProviderSettings = {
  seed: 3,
  latency: { kind: "constant", typicalMs: 300 },
  tokensPerSecond: 20,
  errorRate: 0,
  concurrency: 10,
  maxWaiting: 100,
};
const REQUEST = {
  model: "m",
  messages: [{ role: "user", content: "Where is my parcel?" }],
  maxTokens: 4096,
  stream: true,
  includeUsage: true,
};

function planned(shape: Shape, index = 0, most = 10_000): readonly Step[] {
  const fate = fateOf({ ...SETTINGS, shape }, index, REQUEST);
  const steps: Step[] = [];
  for (const step of stepsOf(fate, shape, true)) if (steps.push(step) >= most) break;
  return steps;
}

describe("what a stream will do", () => {
  it("sends the role at once, the first token at its time, one token a gap, and the end one gap after the last", () => {
    expect(planned({ tokens: 3 }).map(({ atMs, kind }) => [kind, atMs])).toEqual([
      ["role", 0],
      ["content", 300],
      ["content", 350],
      ["content", 400],
      ["finish", 450],
      ["usage", 450],
      ["done", 450],
    ]);
  });

  it("reasons before it answers; the first token is then one of reasoning", () => {
    const steps = planned({ tokens: 2, reasoning_tokens: 2, role_ms: 500 });
    expect(steps.map(({ atMs, kind }) => `${kind} ${atMs}`).slice(0, 5)).toEqual([
      "role 300",
      "reasoning 300",
      "reasoning 350",
      "content 400",
      "content 450",
    ]);
  });

  it("gathers bursts at the time of their first token", () => {
    const steps = planned({ tokens: 5, burst: 2 }).filter(({ kind }) => kind === "content");
    expect(steps.map(({ atMs }) => atMs)).toEqual([300, 300, 400, 400, 500]);
  });

  it("draws gaps by the seed: near their mean, never backwards, the same each time", () => {
    const steps = planned({ tokens: 2000, gap_spread: 0.8 }, 7);
    expect(planned({ tokens: 2000, gap_spread: 0.8 }, 7)).toEqual(steps);
    expect(planned({ tokens: 2000, gap_spread: 0.8 }, 8)).not.toEqual(steps);
    const times = steps.map(({ atMs }) => atMs);
    const gaps = times.slice(2, -3).map((atMs, at) => atMs - times[at + 1]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10 - 1e-6);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(90 + 1e-6);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(50, -0.5);
  });

  it("ends as asked for, after as many tokens as asked for, and only so often", () => {
    const last = (shape: Shape) => planned({ tokens: 8, ...shape }).at(-1)?.kind;
    expect(ENDINGS.slice(0, 5).map((ending) => last({ ending }))).toEqual(["done", "cut", "error", "garbage", "stall"]);
    const cut = planned({ tokens: 8, ending: "cut", end_after: 3 });
    expect(cut.filter(({ kind }) => kind === "content")).toHaveLength(3);
    expect(planned({ tokens: 8, ending: "endless" }, 0, 5000)).toHaveLength(5000);
    const kinds = Array.from(
      { length: 1000 },
      (_, at) => planned({ ending: "error", ending_share: 0.3 }, at).at(-1)!.kind,
    );
    expect(kinds.filter((kind) => kind === "error").length / 1000).toBeCloseTo(0.3, 1);
  });

  it("never goes back in time, whatever is asked for, and tells the whole answer unless it breaks off", () => {
    const shape = fc.record(
      {
        first_token_ms: fc.nat(500),
        gap_ms: fc.nat(50),
        gap_spread: fc.double({ min: 0, max: 1, noNaN: true }),
        tokens: fc.nat(60),
        reasoning_tokens: fc.nat(20),
        role_ms: fc.nat(1000),
        burst: fc.nat(10),
        split: fc.constantFrom(0, 1),
        comments: fc.constantFrom(0, 1),
        ending: fc.constantFrom("complete", "cut", "error", "garbage", "stalled"),
        end_after: fc.nat(70),
      } as const,
      { requiredKeys: [] },
    ) as fc.Arbitrary<Shape>;
    fc.assert(
      fc.property(shape, fc.nat(1000), (given, index) => {
        const steps = planned(given, index);
        expect(steps.every(({ atMs }, at) => at === 0 || atMs >= steps[at - 1]!.atMs)).toBe(true);
        const text = steps.map((step) => (step.kind === "content" ? step.text : "")).join("");
        const whole = fateOf({ ...SETTINGS, shape: given }, index, REQUEST).tokens.join(" ");
        expect((given.ending ?? "complete") === "complete" ? whole : whole.slice(0, text.length)).toBe(text);
      }),
    );
  });
});

describe("the words of --stream and x-simulate", () => {
  it("reads names and values", () => {
    expect(parseShape(" gap_ms=50.5, burst=4,,ending=cut")).toEqual({
      ok: true,
      value: { gap_ms: 50.5, burst: 4, ending: "cut" },
    });
    expect(parseShape("")).toEqual({ ok: true, value: {} });
  });

  it.each([
    ["speed=1", "There is no `speed` to simulate, only: first_token_ms, gap_ms,"],
    ["__proto__=1", "There is no `__proto__` to simulate, only:"],
    ["burst=1.5", "`burst` must be a whole number from 0 to 1000000, not 1.5."],
    ["burst=", "`burst` must be a whole number from 0 to 1000000, not nothing."],
    ["gap_ms=-1", "`gap_ms` must be a number from 0 to 604800000, not -1."],
    ["ending=odd", "`ending` must be one of complete, cut, error, garbage, stalled, endless."],
  ])("refuses %s in one sentence", (text, problem) => {
    const parsed = parseShape(text);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });
});
