import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOpen, judgedSecondsOf, PATTERN_NAMES, type ClosedLoad, type OwnLoad } from "../model/index.ts";
import { mostHeldUsers } from "./held-users.ts";
import { defaultWarmupSeconds, loadFor, totalSecondsOf, type LoadRequest } from "./patterns.ts";

const shaped = fc.constantFrom(...PATTERN_NAMES.filter((name) => name !== "own"));
const users = fc.integer({ min: 1, max: 5000 });
const durations = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 1000, max: 99_999 }).map((ms) => ms / 1000),
);

/** Of users; rates have tests of their own. */
type UsersLoad = ClosedLoad | OwnLoad;

function built(request: LoadRequest): UsersLoad {
  const result = loadFor(request);
  if ("problem" in result) throw new Error(result.problem);
  if (isOpen(result.load)) throw new Error("an open load");
  return result.load;
}

function mostUsers(load: UsersLoad): number {
  return Math.max(load.warmup.users, ...(load.stages ?? []).map((stage) => stage.users));
}

describe("the patterns of the user's README", () => {
  it.each([
    { pattern: "smoke", most: 10, judged: 30, warmup: { seconds: 5, users: 10 } },
    { pattern: "ramp", most: 100, judged: 300, warmup: { seconds: 30, users: 1 } },
    { pattern: "sustained", most: 100, judged: 600, warmup: { seconds: 60, users: 100 } },
    { pattern: "spike", most: 200, judged: 300, warmup: { seconds: 30, users: 20 } },
    { pattern: "soak", most: 50, judged: 3600, warmup: { seconds: 60, users: 50 } },
  ] as const)("$pattern: $most users, $judged s judged", ({ pattern, most, judged, warmup }) => {
    const load = built({ pattern });
    expect([mostUsers(load), judgedSecondsOf(load), load.warmup]).toEqual([most, judged, warmup]);
    expect(totalSecondsOf(load)).toBe(judged + warmup.seconds);
  });

  it("ramp moves steadily to the top over its whole length", () => {
    expect(built({ pattern: "ramp" }).stages).toEqual([{ seconds: 300, users: 100 }]);
  });

  it("spike jumps at once, holds, and comes back to see the recovery", () => {
    expect(built({ pattern: "spike" }).stages).toEqual([
      { seconds: 60, users: 20 },
      { seconds: 0, users: 200 },
      { seconds: 120, users: 200 },
      { seconds: 0, users: 20 },
      { seconds: 120, users: 20 },
    ]);
  });

  it("own leaves everything to the script", () => {
    expect(built({ pattern: "own" })).toEqual({ pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null });
  });
});

describe("every shaped pattern", () => {
  it("lasts exactly the duration in its judged part, warm-up not included", () => {
    fc.assert(
      fc.property(shaped, users, durations, (pattern, n, durationSeconds) => {
        const load = built({ pattern, users: n, durationSeconds });
        expect(judgedSecondsOf(load)).toBeCloseTo(durationSeconds, 9);
        expect(load.warmup.seconds).toBe(defaultWarmupSeconds(durationSeconds));
        expect(load.stages?.every((stage) => stage.seconds >= 0 && stage.users >= 1)).toBe(true);
      }),
    );
  });

  it("reaches exactly the users asked for, and warms up with whole users where the judged part begins", () => {
    fc.assert(
      fc.property(shaped, users, (pattern, n) => {
        const load = built({ pattern, users: n });
        expect(mostUsers(load)).toBe(n);
        expect(Number.isSafeInteger(load.warmup.users) && load.warmup.users >= 1).toBe(true);
        expect(load.stages?.every((stage) => Number.isSafeInteger(stage.users))).toBe(true);
        // Nothing jumps between warm-up and judged part, but for the ramp that leaves from there.
        expect(pattern === "ramp" || load.stages?.[0]?.users === load.warmup.users).toBe(true);
      }),
    );
  });

  it("scales: ten times the users and duration is the same shape, ten times as large", () => {
    fc.assert(
      fc.property(
        shaped,
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 2, max: 800 }),
        (pattern, tens, fives) => {
          const small = built({ pattern, users: tens * 10, durationSeconds: fives * 5 });
          const large = built({ pattern, users: tens * 100, durationSeconds: fives * 50 });
          expect(large.stages).toEqual(small.stages?.map((s) => ({ seconds: s.seconds * 10, users: s.users * 10 })));
        },
      ),
    );
  });

  it("takes a warm-up as given, also none", () => {
    expect(built({ pattern: "smoke", warmupSeconds: 0 }).warmup).toEqual({ seconds: 0, users: 10 });
    expect(built({ pattern: "spike", warmupSeconds: 90 }).warmup).toEqual({ seconds: 90, users: 20 });
  });
});

describe("what cannot be a load is a sentence and no throw", () => {
  it.each([
    [{ pattern: "smoke", users: 0 }, "users must be a whole number of at least 1, not 0"],
    [{ pattern: "smoke", users: -1 }, "users must be a whole number of at least 1, not -1"],
    [{ pattern: "ramp", users: 1.5 }, "users must be a whole number of at least 1, not 1.5"],
    [{ pattern: "ramp", users: NaN }, "users must be a whole number of at least 1, not NaN"],
    [{ pattern: "soak", users: 100_001 }, "100001 users are more than one load generator can hold: at most 100000"],
    [{ pattern: "soak", durationSeconds: 0 }, "the duration must be at least 1s, not 0s"],
    [{ pattern: "soak", durationSeconds: NaN }, "the duration must be at least 1s, not NaNs"],
    [{ pattern: "soak", durationSeconds: Infinity }, "the duration must be at most 168h (a week)"],
    [{ pattern: "spike", warmupSeconds: -1 }, "the warm-up must be 0s or more, not -1s"],
    [{ pattern: "spike", warmupSeconds: 1e9 }, "the warm-up must be at most 168h (a week)"],
  ] as const)("%j", (request, problem) => {
    expect(loadFor(request)).toEqual({ problem });
  });

  it("refuses users, duration and warm-up where the script decides", () => {
    for (const given of [{ users: 5 }, { durationSeconds: 5 }, { warmupSeconds: 5 }]) {
      expect(loadFor({ pattern: "own", ...given })).toHaveProperty("problem");
    }
  });
});

describe("the users that a pattern holds", () => {
  it.each([
    [{ pattern: "sustained" }, 100],
    [{ pattern: "spike" }, 200],
    // A fifth of the last minute of the way from 1 to 100 is still to come when the minute begins.
    [{ pattern: "ramp" }, 80],
    [{ pattern: "spike", durationSeconds: 100 }, 20],
    // Shorter than a minute: the whole judged part counts.
    [{ pattern: "smoke" }, 10],
    [{ pattern: "sustained", users: 7, durationSeconds: 10 }, 7],
    [{ pattern: "ramp", durationSeconds: 30 }, 1],
  ] as const)("%j: %i", (request, held) => {
    expect(mostHeldUsers(built(request))).toBe(held);
  });

  it("is unknown where the script decides", () => {
    expect(mostHeldUsers(built({ pattern: "own" }))).toBeUndefined();
  });

  it("is never more than the pattern has, and holds indeed when sampled finely", () => {
    fc.assert(
      fc.property(
        shaped,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 1000 }),
        (pattern, n, durationSeconds) => {
          const load = built({ pattern, users: n, durationSeconds });
          const held = mostHeldUsers(load) ?? 0;
          expect(held).toBeGreaterThanOrEqual(1);
          expect(held).toBeLessThanOrEqual(n);
          const needed = Math.min(60, durationSeconds);
          expect(longestSampled(load, held)).toBeGreaterThanOrEqual(needed - 0.5);
          expect(held === n || longestSampled(load, held + 1) < needed + 0.5).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** The same by brute force: samples every 0.1 s. */
function longestSampled(load: UsersLoad, users: number): number {
  let [level, longest, current] = [load.warmup.users, 0, 0];
  for (const stage of load.stages ?? []) {
    const steps = Math.round(stage.seconds * 10);
    for (let step = 0; step < steps; step += 1) {
      const now = level + ((stage.users - level) * (step + 0.5)) / steps;
      current = now >= users ? current + 0.1 : 0;
      longest = Math.max(longest, current);
    }
    level = stage.users;
  }
  return longest;
}
