import { describe, expect, it } from "vitest";
import type { Load } from "../../model/index.ts";
import { isInRange } from "./binary.ts";
import { progressOf } from "./progress.ts";

const LOAD: Load = { pattern: "smoke", users: 5, warmup: { seconds: 2, users: 5 }, stages: [{ seconds: 4, users: 5 }] };
const POINT = { at: 5, seconds: 0.5, users: 3, requests: 10, failed: 1 };

describe("progressOf", () => {
  it("is starting while the script's setup runs, however long that takes", () => {
    expect(progressOf(POINT, LOAD, undefined)).toMatchObject({ phase: "starting", elapsedSeconds: 0, totalSeconds: 6 });
  });

  it.each([
    [4, "warmup", 1],
    [3, "judged", 2],
    [0, "judged", 5],
    [-1, "judged", 6],
    [-2, "ending", 7],
  ])(
    "counts from the start of the load: begun %d s after the engine it is %s",
    (...[before, phase, elapsedSeconds]) => {
      expect(progressOf(POINT, LOAD, before)).toMatchObject({ phase, elapsedSeconds });
    },
  );

  it("gives rates of the period, and none of what it does not know", () => {
    expect(progressOf(POINT, LOAD, 0)).toMatchObject({ users: 3, requestsPerSecond: 20, errorRatio: 0.1 });
    expect(progressOf({ ...POINT, requests: 0, failed: 0 }, LOAD, 0)).not.toHaveProperty("errorRatio");
    expect(progressOf(POINT, LOAD, 0)).not.toHaveProperty("p95Seconds");
    const own: Load = { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null };
    expect(progressOf(POINT, own, 0)).not.toHaveProperty("totalSeconds");
  });
});

it.each([
  ["2.2.0", true],
  ["2.10.1", true],
  ["2.2.0-rc1", true],
  ["2.1.9", false],
  ["1.8.1", false],
  ["3.0.0", false],
  ["10.0.0", false],
])("case 15: k6 %s in range: %s", (version, usable) => expect(isInRange(version)).toBe(usable));
