import { describe, expect, it } from "vitest";
import type { OpenLoad } from "../../src/model/index.ts";
import { benchmark } from "../support/run.ts";
import { startServer, type TestServer } from "../support/server.ts";

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
  it("is 0.5 s by service time and 1.9 s from the intended start", async () => {
    await withServer(serialServer(500), async ({ url, seen }) => {
      await benchmark({ script: SCRIPT, baseUrl: url, load: at(10, 0.8) }, ({ record }) => {
        const facts = record.trials[0]?.facts;
        expect(seen).toHaveLength(8);
        expect(facts?.open).toMatchObject({ planned: 8, startDelay: { count: 8 }, busy: { count: 8 } });
        expect(facts?.requests).toEqual({ count: 8, failed: 0 });
        expect(facts?.window.seconds).toBe(0.8);
        expect(facts?.open?.service.mean).toBeCloseTo(0.5, 1);
        expect(facts?.latency.count).toBe(8);
        expect(facts?.latency.mean).toBeCloseTo(1.9, 1);
      });
    });
  });
});
