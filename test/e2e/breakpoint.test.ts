import { describe, expect, it } from "vitest";
import type { ClosedLoad } from "../../src/model/index.ts";
import { startProvider } from "../../demo/provider/server.ts";
import { benchmark, objective } from "../support/run.ts";

const SCRIPT = `
import http from "k6/http";
const body = JSON.stringify({ model: "demo-small", messages: [{ role: "user", content: "Hello?" }], max_tokens: 1 });
export default function () {
  http.post(__ENV.CHATBENCH_TARGET_URL + "/v1/chat/completions", body, { headers: { "content-type": "application/json" } });
}
`;

/** Answers take 100 ms; beyond eight at a time they wait in line, so that latency grows with every further user. */
const SETTINGS = {
  seed: 11,
  latency: { kind: "constant", typicalMs: 100 },
  tokensPerSecond: 100_000,
  errorRate: 0,
  concurrency: 8,
  maxWaiting: 1_000,
} as const;

const LADDER: ClosedLoad = {
  pattern: "breakpoint",
  users: 24,
  ladder: { levels: [4, 8, 12, 16, 20, 24] },
  warmup: { seconds: 1, users: 24 },
  stages: [{ seconds: 4, users: 24 }],
};

describe("a breakpoint", () => {
  it("finds the knee of the provider within one step, tries it twice and stops there", async () => {
    const provider = await startProvider(SETTINGS, { host: "127.0.0.1", port: 0 }, () => undefined);
    try {
      // 16 users wait for one another's answer: 200 ms; 12 users: 150 ms. The limit lies between 8 and 16.
      const objectives = [objective("latency_p50 < 0.14"), objective("max_passing_users >= 4")];
      await benchmark({ script: SCRIPT, baseUrl: provider.url, load: LADDER, objectives }, ({ record, stored }) => {
        expect(record.reason).toBe(null);
        expect(record.verdict).toBe("pass");
        expect([4, 8]).toContain(record.ladder?.max_passing);
        expect([8, 12]).toContain(record.ladder?.first_failing);
        expect(record.ladder?.monotone).toBe(true);
        const last = record.ladder?.steps.at(-1);
        expect(last).toMatchObject({ result: "failed", level: record.ladder?.first_failing });
        expect(last?.trials).toHaveLength(2);
        expect(record.measurements.max_passing_users?.value).toBe(record.ladder?.max_passing);
        expect(record.objectives).toMatchObject([{ measurement: "max_passing_users", verdict: "pass" }]);
        expect(stored).toEqual(record);
      });
    } finally {
      await provider.close(0);
    }
  });
});
