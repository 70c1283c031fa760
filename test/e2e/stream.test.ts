import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startProvider, type Provider } from "../../demo/provider/server.ts";
import { Secret, type Engine, type Probes } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createProbes, withProbes } from "../../src/probe/index.ts";
import { k6Engine } from "../support/k6.ts";
import { benchmark, objective } from "../support/run.ts";
import { answer, startServer } from "../support/server.ts";

const SCRIPT = join(import.meta.dirname, "../../load_tests/k6_stream_test.ts");
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function provider(firstTokenMs = 120): Promise<Provider> {
  const settings = {
    ...{ seed: 5, latency: { kind: "constant", typicalMs: firstTokenMs } as const, tokensPerSecond: 50 },
    ...{ errorRate: 0, concurrency: 100, maxWaiting: 100 },
  };
  const started = await startProvider(settings, { host: "127.0.0.1", port: 0 }, () => undefined);
  stops.push(() => started.close(0));
  return started;
}

/** Under test the probe runs in this thread: whoever holds the thread for 40 ms at a time makes it late. */
function keepBusy(): () => Promise<void> {
  const timer = setInterval(() => {
    const until = performance.now() + 40;
    while (performance.now() < until);
  }, 45);
  return async () => {
    clearInterval(timer);
    await Promise.resolve();
  };
}

const engine = (): Engine => withProbes(k6Engine(), createProbes({ processors: 2 }), systemClock);
const LOAD = {
  pattern: "smoke",
  users: 10,
  warmup: { seconds: 1, users: 10 },
  stages: [{ seconds: 3, users: 10 }],
} as const;

/** Where each answer takes long: P50 needs twenty of them. */
const LONGER = { ...LOAD, stages: [{ seconds: 6, users: 10 }] } as const;

describe("a scenario whose answers are streamed", () => {
  it("measures time to first token, which is not time to first byte", async () => {
    const params = { headers: { "x-simulate": "role_ms=0, tokens=5, gap_ms=20" }, think_time_seconds: 0 };
    const objectives = [objective("ttft_p50 < 10"), objective("error_rate < 0.01")];
    await benchmark(
      { script: SCRIPT, baseUrl: (await provider()).url, load: LOAD, traffic: "stream", engine, params, objectives },
      ({ record }) => {
        const { ttft_p50: ttft, first_byte_p50: firstByte, tpot_p50: tpot } = record.measurements;
        // A machine that is busy otherwise delays the probe, which says so itself: that is no fault of this test.
        expect([null, "probe_saturated", "generator_saturated"]).toContain(record.reason?.code ?? null);
        const facts = record.trials[0]?.facts;
        expect(facts?.requests).toMatchObject({ failed: 0 });
        expect(facts?.stream?.probeFailures).toBe(0);
        expect(facts?.stream?.queueDelay?.count).toBe(facts?.latency.count);
        expect(facts?.stream?.ttftLeast?.count).toBe(facts?.latency.count);
        expect(facts?.stream?.ttftLeast?.mean).toBeLessThanOrEqual(facts?.stream?.ttft.mean ?? 0);
        expect(facts?.custom.stream_finished_by_stop).toMatchObject({ count: facts?.requestsInAll });
        expect(facts?.stream?.bursts.count).toBeLessThan((facts?.stream?.bursts.of ?? 0) / 2);
        expect(facts?.stream?.outputTokens).toBe(5 * (facts?.latency.count ?? 0));
        expect(ttft?.value).toBeGreaterThan(0.119);
        expect(firstByte?.value).toBeLessThan(ttft?.value ?? 0);
        expect(tpot?.value).toBeGreaterThan(0.005);
      },
    );
  });

  it("is invalid when answers are streamed in form only", async () => {
    const params = { headers: { "x-simulate": "tokens=12, burst=12, gap_ms=1" }, think_time_seconds: 0 };
    await benchmark(
      { script: SCRIPT, baseUrl: (await provider()).url, load: LOAD, traffic: "stream", engine, params },
      ({ record }) => {
        expect(record.verdict).toBe("invalid");
        expect(record.trials[0]?.invalid.map(({ code }) => code)).toContain("fake_streaming");
      },
    );
  });

  it("is invalid when the probe itself was too late to tell", async () => {
    const params = { headers: { "x-simulate": "tokens=5, gap_ms=20" }, think_time_seconds: 0 };
    const { url: baseUrl } = await provider();
    const busy = keepBusy();
    stops.push(busy);
    await benchmark({ script: SCRIPT, baseUrl, load: LONGER, traffic: "stream", engine, params }, ({ record }) => {
      expect(record.verdict).toBe("invalid");
      expect(record.trials[0]?.invalid.map(({ code }) => code)).toContain("probe_saturated");
    });
  });

  it("is invalid, and the target is not blamed, when the probe cannot do its part", async () => {
    const problem = "the stream probe ran short (EMFILE): its process has no file descriptor left";
    const short = await startServer(answer({ status: 503, body: JSON.stringify({ problem }) }));
    stops.push(() => short.close());
    const access = { url: short.url, token: new Secret("token"), stop: () => Promise.resolve({}) };
    const probes: Probes = { start: () => Promise.resolve({ probe: access }) };
    const input = {
      ...({ script: SCRIPT, baseUrl: "http://127.0.0.1:9", load: LOAD, traffic: "stream", params: {} } as const),
      engine: () => withProbes(k6Engine(), probes, systemClock),
    };
    await benchmark(input, ({ record }) => {
      expect(record.verdict).toBe("invalid");
      expect(record.measurements).not.toHaveProperty("error_rate");
      const [none, saturated] = record.trials[0]?.invalid ?? [];
      expect(none?.text).toContain("none of its exchanges could be carried out");
      expect(saturated).toMatchObject({ code: "probe_saturated", text: expect.stringContaining(problem) as string });
    });
  });

  it("fails by its errors when streams break off, whatever the probe", async () => {
    const params = { headers: { "x-simulate": "ending=cut, tokens=6, gap_ms=5" }, think_time_seconds: 0.1 };
    await benchmark(
      { script: SCRIPT, baseUrl: (await provider()).url, load: LOAD, traffic: "stream", engine, params },
      ({ record }) => {
        expect(record.verdict).toBe("fail");
        expect(record.measurements.error_rate?.value).toBe(1);
        expect(record.measurements).not.toHaveProperty("ttft_p50");
        const { custom, requestsInAll } = record.trials[0]!.facts!;
        expect(custom.stream_failed_by_cut).toMatchObject({ type: "counter", count: requestsInAll });
        expect(custom).not.toHaveProperty("stream_failed_by_timeout");
      },
    );
  });

  it("is an error when the script is run without `traffic: stream`, in one sentence", async () => {
    await benchmark({ script: SCRIPT, baseUrl: "http://127.0.0.1:9", load: LOAD, engine }, ({ record }) => {
      expect(record.state).toBe("error");
      expect(record.reason?.code).toBe("script_broken");
      expect(record.reason?.text).toContain("give its scenario `traffic: stream`");
    });
  });
});
