import { describe, expect, it } from "vitest";
import { join } from "node:path";
import { benchmark, objective } from "../support/run.ts";

const EXCHANGE = join(import.meta.dirname, "../../load_tests/lib/exchange.ts");

/** Each user makes exchanges of 20 ms, of which every tenth fails; its own HTTP is none. */
const SCRIPT = `
import { beginExchange } from ${JSON.stringify(EXCHANGE)};
import { sleep, check } from "k6";
let n = 0;
export default function () {
  const exchange = beginExchange();
  sleep(0.02);
  const good = ++n % 10 !== 0;
  exchange.end({ good, lastContentMs: 400, firstContentMs: 300, firstByteMs: 5, gapsMs: [50, 50], closedMs: 401, outputTokens: 3 });
  check(good, { fine: (g) => g });
}
`;
const LOAD = {
  pattern: "smoke",
  users: 5,
  warmup: { seconds: 1, users: 5 },
  stages: [{ seconds: 4, users: 5 }],
} as const;

const SHORT = { ...LOAD, warmup: { seconds: 0, users: 1 }, stages: [{ seconds: 1, users: 1 }] } as const;

describe("a scenario whose requests are exchanges", () => {
  it("is judged by what the script told of its exchanges in the judged window, not by HTTP", async () => {
    await benchmark(
      { script: SCRIPT, load: LOAD, traffic: "websocket", objectives: [objective("error_rate < 0.2")] },
      ({ record, timeline }) => {
        const facts = record.trials[0]?.facts;
        // What a busy machine may add: it doubts times, not counts.
        const doubts = ["generator_saturated", "warmup_unsettled", "clock_trouble"];
        expect([null, ...doubts]).toContain(record.reason?.code ?? null);
        expect(facts?.requests.count).toBeGreaterThan(100);
        expect(facts?.requestsInAll).toBeGreaterThan(facts?.requests.count ?? 0);
        expect(facts?.latency).toMatchObject({ min: 0.4, max: 0.4 });
        expect(facts?.latency.count).toBe((facts?.requests.count ?? 0) - (facts?.requests.failed ?? 0));
        expect(facts?.stream?.ttft).toMatchObject({ min: 0.3, max: 0.3, count: facts?.latency.count });
        expect(facts?.stream?.tpot.mean).toBeCloseTo(0.05, 9);
        expect(facts?.stream?.outputTokens).toBe(3 * (facts?.latency.count ?? 0));
        expect(facts?.checks.failedOnGood).toBe(0); // the failed check is that of the failed exchange
        expect(facts?.custom).toEqual({});
        const error = record.measurements.error_rate;
        expect(error?.value).toBeCloseTo(0.1, 1);
        expect(error?.low).toBeUndefined();
        const inTimeline = timeline?.points.reduce((sum, { requests }) => sum + requests, 0) ?? 0;
        expect(inTimeline).toBeGreaterThan((facts?.requestsInAll ?? 0) * 0.7);
        expect(timeline?.points.find(({ latency }) => latency !== undefined)?.latency?.p95).toBeCloseTo(0.4, 6);
        expect(record.measurements.concurrent_users?.high ?? record.measurements.concurrent_users?.value).toBe(5);
      },
    );
  });

  it("is invalid when the script tells of no exchange", async () => {
    await benchmark({ script: "export default function () {}", load: SHORT, traffic: "stream" }, ({ record }) => {
      expect(record.verdict).toBe("invalid");
      expect(record.reason?.code).toBe("no_requests");
    });
  });
});
