import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenLoad } from "../../src/model/index.ts";
import { arrivalPlan, createArrivals } from "../../src/workload/arrivals.ts";
import { authority } from "../support/certificates.ts";
import { benchmark, objective } from "../support/run.ts";
import { answer, startServer, type TestServer } from "../support/server.ts";

const EXCHANGE = join(import.meta.dirname, "../../load_tests/lib/exchange.ts");
const SCRIPT = `
import http from "k6/http";
export default function () {
  http.get(__ENV.CHATBENCH_TARGET_URL + "/chat");
}
`;

/** One request at a time, each taking `ms`; the others wait in line. */
function serialServer(ms: number): Promise<TestServer> {
  let free = 0;
  return startServer((_request, response) => {
    const now = performance.now();
    free = Math.max(free, now) + ms;
    setTimeout(() => response.end("{}"), free - now);
  });
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function at(rate: number, seconds: number, more: Partial<OpenLoad> = {}): OpenLoad {
  return {
    ...{ pattern: "sustained", users: 1, rate, arrivals: "constant", seed: 1 },
    warmup: { seconds: 0, rate },
    stages: [{ seconds, rate }],
    ...more,
  };
}

async function withServer<T>(starting: Promise<TestServer>, work: (server: TestServer) => Promise<T>): Promise<T> {
  const server = await starting;
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

describe("coordinated omission: 8 arrivals at 10/s at a service that takes 500 ms, one at a time", () => {
  it("is 1.9 s from the intended start, and judged, where there are users enough", async () => {
    await withServer(serialServer(500), async ({ url }) => {
      const load = at(10, 0.8, { users: 8 });
      await benchmark(
        { script: SCRIPT, baseUrl: url, load, objectives: [objective("error_rate < 0.5")] },
        ({ record }) => {
          const facts = record.trials[0]?.facts;
          expect(facts?.requests).toEqual({ count: 8, failed: 0 });
          // What the service holds in its line it holds after the sending: both see it.
          const { startDelay, service } = facts!.open!;
          expect(Math.abs((facts?.latency.mean ?? 0) - service.mean - startDelay.mean)).toBeLessThan(0.02);
          expect(facts?.latency.mean).toBeGreaterThan(1.89);
          // The server's timers and a busy machine only ever add; `npm run bench -- --only omission` wants 2 %.
          expect(facts?.latency.mean).toBeLessThan(2.2);
          expect(record.trials[0]?.invalid.map(({ code }) => code)).not.toContain("iterations_dropped");
          expect([record.verdict, record.reason]).toEqual(["pass", null]);
        },
      );
    });
  });

  it("is 0.5 s by service time and 1.9 s from the intended start with one user, who sends one after the other", async () => {
    await withServer(serialServer(500), async ({ url, seen }) => {
      await benchmark({ script: SCRIPT, baseUrl: url, load: at(10, 0.8) }, ({ record }) => {
        const facts = record.trials[0]?.facts;
        expect(seen).toHaveLength(8);
        expect(facts?.open).toMatchObject({ planned: 8, startDelay: { count: 8 }, busy: { count: 8 } });
        expect(facts?.requests).toEqual({ count: 8, failed: 0 });
        expect(facts?.window.seconds).toBe(0.8);
        // A busy machine only ever adds to it; how near it comes is measured by `npm run bench -- --only omission`.
        expect(facts?.open?.service.mean).toBeGreaterThan(0.499);
        expect(facts?.open?.service.mean).toBeLessThan(0.7);
        expect(facts?.latency.count).toBe(8);
        expect(facts?.latency.mean).toBeGreaterThan(1.89);
        expect(facts?.latency.mean).toBeLessThan(2.6);
      });
    });
  });
});

describe("arrivals at a rate", () => {
  it("reach the target when they were to, Poisson too, and belong to the phase in which they were to begin", async () => {
    await withServer(startServer(answer({ delayMs: 30 })), async ({ url, seen }) => {
      const load = at(30, 4, { users: 60, arrivals: "poisson", seed: 5, warmup: { seconds: 1, rate: 30 } });
      const objectives = [objective("latency_p95 < 30"), objective("goodput > 0.9")];
      await benchmark({ script: SCRIPT, baseUrl: url, load, objectives }, ({ record, timeline }) => {
        const plan = arrivalPlan(load);
        const facts = record.trials[0]!.facts!;
        const instantOf = createArrivals(plan, plan.blocks);
        const began = facts.window.startedAt - 1000;
        expect(seen).toHaveLength(plan.total);
        expect(facts.open).toMatchObject({ planned: plan.total - plan.judgedFrom, users: 60, rate: 30 });
        expect(facts.requests).toEqual({ count: plan.total - plan.judgedFrom, failed: 0 });
        const delays = seen.map((request, index) => request.at - began - instantOf(index)).sort((a, b) => a - b);
        expect(delays[0]).toBeGreaterThan(-3); // two clocks in whole milliseconds; never early
        expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(200);
        expect(facts.goodput).toEqual({ good: facts.requests.count, of: facts.requests.count });
        expect(record.measurements.goodput).toMatchObject({ value: 1 });
        expect(record.measurements.concurrent_users).toBeUndefined();
        expect(record.pattern).toMatchObject({ rate: 30, arrivals: "poisson", users: 60 });
        expect(timeline?.points.some(({ ofGood }) => ofGood)).toBe(true);
      });
    });
  });

  it("count connecting, and each redirect on the way to an answer", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chatbench-open-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const inner = createTlsServer(await (await authority(folder, "ours")).issue("bot"), (request, response) => {
      if (request.url === "/moved") setTimeout(() => response.writeHead(302, { location: "/chat" }).end(), 100);
      else response.end("{}");
    });
    const port = await portOf(inner);
    // Says nothing for 300 ms: whoever connects waits for the handshake.
    const outer = createServer((socket) => {
      const later = setTimeout(() => void socket.pipe(connect(port, "127.0.0.1")).pipe(socket), 300);
      socket.on("error", () => clearTimeout(later));
    });
    const baseUrl = `https://localhost:${await portOf(outer)}`;
    const script = `
      import http from "k6/http";
      export const options = { insecureSkipTLSVerify: true, noVUConnectionReuse: true };
      export default function () { http.get(__ENV.CHATBENCH_TARGET_URL + "/moved"); }`;
    const objectives = [objective("latency_p95 < 0.35"), objective("goodput > 0.1")];
    await benchmark({ script, baseUrl, load: at(5, 1, { users: 20 }), objectives }, ({ record }) => {
      const facts = record.trials[0]?.facts;
      expect(facts?.requests).toEqual({ count: 10, failed: 0 });
      expect(facts?.open?.service.max).toBeLessThan(0.3);
      expect(facts?.latency.count).toBe(5);
      expect(facts?.latency.min).toBeGreaterThan(0.395);
      expect(facts?.goodput).toEqual({ good: 0, of: 5 });
      expect(record.measurements.goodput).toMatchObject({ value: 0, samples: 5 });
    });
    inner.close();
    outer.close();
  });

  it("of exchanges count what dispatching them took", async () => {
    const script = `
      import { beginExchange } from ${JSON.stringify(EXCHANGE)};
      export default function () {
        const times = { lastContentMs: 100, firstContentMs: 60, firstByteMs: 5, dispatchDelayMs: 500 };
        beginExchange().end({ good: true, ...times });
      }`;
    const objectives = [objective("ttft_p95 < 0.5"), objective("goodput > 0.1")];
    const load = at(10, 1, { users: 10 });
    await benchmark({ script, load, traffic: "websocket", objectives }, ({ record }) => {
      const facts = record.trials[0]?.facts;
      const delay = facts?.open?.startDelay.mean ?? 0;
      expect(facts?.latency.mean).toBeCloseTo(0.6 + delay, 6);
      expect(facts?.stream?.ttft.mean).toBeCloseTo(0.56 + delay, 6);
      expect(facts?.stream?.dispatchDelay.mean).toBeCloseTo(0.5 + delay, 6);
      expect(facts?.open?.service).toMatchObject({ min: 0.1, max: 0.1 });
      expect(facts?.goodput).toEqual({ good: 0, of: 10 });
    });
  });

  it("of exchanges add the late start to the first of each, and none to the time per token", async () => {
    const script = `
      import { beginExchange } from ${JSON.stringify(EXCHANGE)};
      import { sleep } from "k6";
      export default function () {
        for (let turn = 0; turn < 2; turn += 1) {
          const exchange = beginExchange();
          sleep(0.1);
          exchange.end({ good: true, lastContentMs: 100, firstContentMs: 60, firstByteMs: 5, closedMs: 101, outputTokens: 3 });
        }
      }`;
    const objectives = [objective("ttft_p95 < 0.1"), objective("goodput > 0.1")];
    await benchmark({ script, load: at(10, 1), traffic: "websocket", objectives }, ({ record }) => {
      const facts = record.trials[0]?.facts;
      const delay = facts?.open?.startDelay;
      expect(delay?.count).toBe(10);
      expect(delay?.mean).toBeGreaterThan(0.4); // each takes 200 ms and one begins every 100 ms
      expect(facts?.requests.count).toBe(20);
      expect(facts?.open?.service).toMatchObject({ count: 20, min: 0.1, max: 0.1 });
      expect(facts?.latency.mean).toBeCloseTo(0.1 + (delay?.mean ?? 0) / 2, 6);
      expect(facts?.stream?.ttft.mean).toBeCloseTo(0.06 + (delay?.mean ?? 0) / 2, 6);
      expect(facts?.stream?.tpot).toMatchObject({ min: 0.02, max: 0.02 });
      // Of the first turns at most those that began in time met the limit; of the second turns all.
      expect(facts?.goodput?.of).toBe(20);
      expect(facts?.goodput?.good).toBeGreaterThanOrEqual(10);
      expect(facts?.goodput?.good).toBeLessThan(14);
      expect(record.reason?.code).toBe("iterations_dropped"); // one user is too few for two of 200 ms at a time
    });
  });
});
