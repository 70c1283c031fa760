import { describe, expect, it } from "vitest";
import {
  reason,
  Secret,
  type Engine,
  type Probes,
  type Reason,
  type TrialResult,
  type TrialWork,
} from "../model/index.ts";
import { trialWork } from "../../test/support/k6.ts";
import { withProbes } from "./with-probes.ts";

const COMPLETED: TrialResult = {
  outcome: { kind: "completed", exitCode: 0 },
  ...{ startedAt: 0, endedAt: 1, failedPushes: 0 },
};
const WATCH = { stop: new AbortController().signal, kill: new AbortController().signal, onProgress: () => undefined };

function surroundings({ run, problem }: { run?: () => Promise<TrialResult>; problem?: Reason } = {}) {
  const seen: { works: TrialWork[]; stops: number } = { works: [], stops: 0 };
  const engine: Engine = {
    name: "fake",
    version: () => Promise.resolve({ version: "1" }),
    inspect: () => Promise.resolve({ inspection: { maxUsers: 1, thresholds: [] } }),
    run: (work) => {
      seen.works.push(work);
      return run?.() ?? Promise.resolve(COMPLETED);
    },
    endLeftOver: () => Promise.resolve({ ended: 0 }),
  };
  const probes: Probes = {
    start: () => {
      const probe = {
        ...{ url: "http://127.0.0.1:1", token: new Secret("s3cret") },
        stop: () => {
          seen.stops += 1;
          return Promise.resolve(problem === undefined ? {} : { problem });
        },
      };
      return Promise.resolve({ probe });
    },
  };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  return { seen, engine, probes, clock, whole: withProbes(engine, probes, clock) };
}

const STREAMED = trialWork({ script: "smoke.js", folder: "/tmp", traffic: "stream" });

describe("an engine with probes", () => {
  it("has one beside it for streamed answers and for nothing else", async () => {
    const { whole, seen } = surroundings();
    await whole.run(trialWork({ script: "smoke.js", folder: "/tmp" }), WATCH);
    await whole.run(trialWork({ script: "smoke.js", folder: "/tmp", traffic: "websocket" }), WATCH);
    expect(seen.works.every(({ probe }) => probe === undefined)).toBe(true);
    await whole.run(STREAMED, WATCH);
    expect(seen.works[2]?.probe?.url).toBe("http://127.0.0.1:1");
    expect(JSON.stringify(seen.works[2])).not.toContain("s3cret");
    expect(seen.stops).toBeGreaterThan(0);
  });

  it("stops it whatever the engine does", async () => {
    const { whole, seen } = surroundings({ run: () => Promise.reject(new Error("boom")) });
    await expect(whole.run(STREAMED, WATCH)).rejects.toThrow("boom");
    expect(seen.stops).toBeGreaterThan(0);
  });

  it("judges no trial whose probe had ended before it", async () => {
    const { whole } = surroundings({ problem: reason("internal", "The stream probe ended during the run.") });
    expect((await whole.run(STREAMED, WATCH)).outcome).toMatchObject({ kind: "broken", reason: { code: "internal" } });
  });

  it("makes no load without it", async () => {
    const { engine, clock, seen } = surroundings();
    const broken: Probes = { start: () => Promise.resolve({ problem: reason("internal", "no port") }) };
    expect((await withProbes(engine, broken, clock).run(STREAMED, WATCH)).outcome.kind).toBe("broken");
    expect(seen.works).toEqual([]);
  });
});
