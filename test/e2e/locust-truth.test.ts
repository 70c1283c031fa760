import { mkdirSync, mkdtempSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/index.ts";
import { OWN, ROOT, runScript, steady } from "../support/k6.ts";
import { delayedServer, even } from "../support/latency-servers.ts";
import { locustEngine, locustScript } from "../support/locust.ts";
import { testMachine } from "../support/machine.ts";
import { answer, startServer } from "../support/server.ts";

// What Locust's facts say against a server whose behaviour is known. How near its times are to k6's is measured on a
// quiet machine (docs/decisions/0082), not here.

const OF_THE_MACHINE = ["generator_saturated", "warmup_unsettled", "clock_trouble"];
const engine = locustEngine();

describe("the numbers of a run by Locust", () => {
  it.each(["talk.py", "plain_http.py"])(
    "%s: counts what the server saw, and no answer is faster than it was",
    async (name) => {
      const server = await delayedServer((index) => 20 + 60 * even(index));
      try {
        const input = { script: locustScript(name), baseUrl: server.url, load: steady(4, 3, 1), engine };
        await runScript(input, ({ outcome, facts, timeline }) => {
          expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
          if (facts === undefined || timeline === undefined) throw new Error("no facts");
          expect(facts.requestsInAll).toBe(server.seen.length);
          expect(facts.window).toMatchObject({ seconds: 3, plannedSeconds: 3 });
          const judged = server.seen.filter(({ at }) => inside(at, facts.window));
          expect(Math.abs(facts.requests.count - judged.length)).toBeLessThanOrEqual(8);
          expect(facts.requests.failed).toBe(0);
          expect(facts.latency.count).toBe(facts.requests.count);
          const delays = judged.map(({ index }) => server.delays[index] ?? 0).sort((a, b) => a - b);
          for (const [q, seconds] of facts.latency.quantiles.filter(([at]) => at >= 0.1 && at <= 0.95)) {
            const least = delays[Math.floor(Math.max(0, q - 0.05) * (delays.length - 1))] ?? 0;
            expect(seconds * 1000).toBeGreaterThan(least - 2);
          }
          expect(timeline.judged).toEqual({ from: 1, to: 4 });
          expect(timeline.points.reduce((sum, { requests }) => sum + requests, 0)).toBe(server.seen.length);
        });
      } finally {
        await server.close();
      }
    },
  );

  it("45: requests that hang to the end count as failed: such a target was not asked less", async () => {
    const hanging = await startServer((request, response) => {
      if (request.index < 5) answer()(request, response);
    });
    try {
      const own = locustEngine({ stopSeconds: 1 });
      const input = { script: locustScript("talk.py"), baseUrl: hanging.url, load: steady(2, 2), engine: own };
      const { outcome, facts } = await runScript(input, (result) => result);
      expect(outcome.kind).toBe("completed");
      expect(hanging.seen.length).toBe(7);
      expect(facts?.requests).toEqual({ count: 7, failed: 2 });
      expect(facts?.latency.count).toBe(5);
    } finally {
      await hanging.close();
    }
  });

  it("45: knows of users who waited in vain since the warm-up, and for how long of the judged window", async () => {
    const hanging = await startServer(() => undefined);
    try {
      const own = locustEngine({ stopSeconds: 1 });
      const input = { script: locustScript("talk.py"), baseUrl: hanging.url, load: steady(2, 2, 3), engine: own };
      const { facts } = await runScript(input, (result) => result);
      expect(facts).toMatchObject({ requests: { count: 0 }, waitedThrough: 2, waitedInVain: 2 });
      expect(facts?.failedWaitSeconds).toBeCloseTo(4, 1);
    } finally {
      await hanging.close();
    }
  });

  it("follows a shape of the script's own where the pattern is own", async () => {
    const server = await startServer(answer({ delayMs: 5 }));
    try {
      const input = { script: locustScript("own_shape.py"), baseUrl: server.url, load: OWN, engine };
      await runScript(input, ({ outcome, facts }) => {
        expect(outcome.kind).toBe("completed");
        expect(facts?.requestsInAll).toBe(server.seen.length);
        expect(facts?.window.plannedSeconds).toBeUndefined();
        expect(facts?.window.seconds).toBeGreaterThan(0);
      });
    } finally {
      await server.close();
    }
  });
});

describe("a scenario with a script in Python, from the command to Prometheus", () => {
  let prometheus: RunningPrometheus;
  const folder = mkdtempSync(join(tmpdir(), "chatbench-locust-"));
  beforeAll(async () => {
    const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
    if (program === undefined) throw new Error("the set-up of the tests brings a Prometheus");
    const data = join(folder, "data");
    mkdirSync(data);
    const configFile = join(ROOT, "prometheus/prometheus.yml");
    const started = await startPrometheus({ program, folder: data, configFile, clock: systemClock });
    if ("problem" in started) throw new Error(started.problem);
    prometheus = started.prometheus;
  });
  afterAll(async () => {
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is judged, says its engine, and its series in Prometheus are complete", async () => {
    const server = await startServer((request, response) => {
      response.setHeader("content-type", "application/json");
      answer({ delayMs: 10, body: '{"reply":"hello"}' })(request, response);
    });
    try {
      const { record, code } = await commandRun(server.url);
      expect(record.state).toBe("finished");
      // A busy machine may serve the load generator badly, which is said of the run and is no fault of it.
      expect(["passed", ...OF_THE_MACHINE]).toContain(code === 0 ? "passed" : record.reason?.code);
      expect(Object.values(record.environment).join(" ")).toContain("Locust 2.47");
      const sent = record.trials[0]?.facts?.requestsInAll;
      expect(sent).toBe(server.countOf("/say"));
      expect(record.telemetry).toMatchObject({ prometheus: "complete", requests_sent: sent, requests_found: sent });
      expect(record.measurements).not.toHaveProperty("dropped_iterations");
      expect(JSON.parse(server.seen[0]?.body ?? "{}")).toMatchObject({
        who: "user",
        text: expect.any(String) as string,
      });
      const p50 = await query(
        `histogram_quantile(0.5, sum(increase(k6_http_req_duration_seconds{testid="${record.id}"}[5m])))`,
      );
      expect(p50).toBeGreaterThan(0.009);
      expect(await query(`count(k6_vus{testid="${record.id}"})`)).toBeUndefined();
    } finally {
      await server.close();
    }
  });

  it("of a ladder each trial's series count for themselves, and all are found again", async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"reply":"hello"}');
    });
    try {
      const { record } = await commandRun(
        server.url,
        "{ name: stress, users: 4, from: 2, step: 2, duration: 3s, warmup: 1s }",
      );
      expect(record.trials).toHaveLength(2);
      const [first, second] = record.trials.map(({ facts }) => facts?.requestsInAll ?? 0);
      // The last value of one series can be no sum of two that begin at zero.
      expect(Math.min(first ?? 0, second ?? 0)).toBeGreaterThan(10);
      const sent = server.countOf("/say");
      expect((first ?? 0) + (second ?? 0)).toBe(sent);
      expect(record.telemetry).toMatchObject({ prometheus: "complete", requests_sent: sent, requests_found: sent });
      const trial = (which: string): string =>
        `sum(last_over_time(k6_http_reqs_total{testid="${record.id}",chatbench_trial="${which}"}[5m]))`;
      expect([await query(trial("")), await query(trial("1"))]).toEqual([first, second]);
    } finally {
      await server.close();
    }
  });

  async function commandRun(
    url: string,
    pattern = "{ name: smoke, users: 4, duration: 4s, warmup: 1s }",
  ): Promise<{ record: RunRecord; code: number }> {
    mkdirSync(join(folder, "load_tests"), { recursive: true });
    for (const name of ["api_test.py", "chat_options.py", "chat_messages.py"])
      copyFileSync(resolve(ROOT, "load_tests/locust", name), join(folder, "load_tests", name));
    writeFileSync(
      join(folder, "chatbench.yml"),
      `targets: { bot: { base_url: "${url}" } }
prometheus: { url: "${prometheus.url}" }
scenarios:
  chat:
    script: load_tests/api_test.py
    target: bot
    pattern: ${pattern}
    objectives: { latency_p50: "< 5s" }
    params: { think_time_seconds: 0.02, path: /say, body: { who: user, text: "{{message}}" }, reply_field: reply }
`,
    );
    const machine = testMachine(folder);
    const code = await main(["run", "--json"], machine);
    const { runs } = JSON.parse(machine.printed.out()) as { runs: RunRecord[] };
    const [record] = runs;
    if (record === undefined) throw new Error(machine.printed.err());
    return { record, code };
  }

  async function query(promql: string): Promise<number | undefined> {
    const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    const [first] = data.result;
    return first === undefined ? undefined : Number(first.value[1]);
  }
});

function inside(at: number, { startedAt, seconds }: { startedAt: number; seconds: number }): boolean {
  return at >= startedAt && at < startedAt + seconds * 1000;
}
