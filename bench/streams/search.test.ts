import { expect, it } from "vitest";
import { truthOf, type Truth } from "./provider.ts";
import { findCapacity, type SearchOptions } from "./search.ts";
import { whyNot, type Tool, type Trial } from "./trial.ts";

const OPTIONS: SearchOptions = { start: 250, most: 8000, least: 15, bisections: 2, tries: 1, tell: () => undefined };

function truthAt([p50, p99]: readonly [number, number], open: number, lateMs = 0): Truth {
  return { p50, p99, latest: { p50, p99: p99 + lateMs }, open };
}

function trial(streams: number, p99: number): Trial {
  const truth = truthAt([300, 301], streams);
  return {
    ...{ streams, truth, answers: 100, failed: 0 },
    cpuSeconds: 1,
    loadSeconds: 10,
    measured: { p50: 300, p99 },
  };
}

/** Tells the truth up to a number of streams. */
function honestUpTo(most: number): Tool {
  return {
    name: "tool",
    kind: "as people run it",
    run: async (streams) => Promise.resolve(trial(streams, streams <= most ? 302 : 900)),
  };
}

it.each([
  [1000, [250, 500, 1000, 2000, 1500, 1250]],
  [100, [250, 125, 63, 94, 110]],
  [5, [250, 125, 63, 32, 16]],
])("a tool that holds %i streams is found by doubling or halving and bisecting", async (most, asked) => {
  const { held, trials } = await findCapacity(honestUpTo(most), OPTIONS);
  expect(trials.map(({ streams }) => streams)).toEqual(asked);
  expect(held?.streams ?? 0).toBeLessThanOrEqual(most);
  expect(trials.filter(({ streams }) => streams <= most && streams > (held?.streams ?? 0))).toEqual([]);
});

it("a trial is held only near the truth, with all its streams and on a server in time", () => {
  const good = trial(100, 309);
  expect(whyNot(good)).toBeUndefined();
  expect(whyNot(trial(100, 330))).toBe("P99 off");
  expect(whyNot({ ...good, measured: { p50: 320, p99: 320 } })).toBe("median off");
  expect(whyNot({ ...good, failed: 1 })).toBe("1 failed");
  expect(whyNot({ ...good, truth: truthAt([300, 301], 80) })).toBe("held only 80 streams");
  expect(whyNot({ ...good, truth: truthAt([320, 340], 100) })).toBe("the server itself was late");
  expect(whyNot({ ...good, truth: truthAt([300, 340], 100) })).toBe("P99 off");
  expect(whyNot({ ...trial(100, 330), truth: truthAt([300, 301], 100, 25) })).toBeUndefined();
  expect(whyNot({ streams: 100, answers: 0, failed: 0, cpuSeconds: 1, loadSeconds: 10 })).toBe("reported nothing");
});

it("the truth is what the provider wrote down once the load had settled", () => {
  const entry = (index: number, at: number, ms: number) => ({
    ...{ index, received_at_ms: at, received_late_ms: index, ended_ms: 2000 },
    chunks: [["role", 0] as const, ["content", ms] as const],
  });
  const entries = [entry(0, 0, 900), entry(1, 5000, 300), entry(2, 6000, 302), entry(3, 7000, 304)];
  expect(truthOf(entries)).toEqual({ p50: 302, p99: 304, latest: { p50: 304, p99: 307 }, open: 3 });
  expect(truthOf([])).toBeUndefined();
});

it("figures that their own tool refuses are not held, however near they are", () => {
  expect(whyNot({ ...trial(500, 301), says: "pass" })).toBeUndefined();
  expect(whyNot({ ...trial(500, 301), says: "invalid (probe_saturated)" })).toBe("refused by itself");
});
