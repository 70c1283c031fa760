import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoadFacts, TrialResult } from "../../src/model/index.ts";
import { runScript, type WorkInput } from "../support/k6.ts";
import { answerByPath, startServer, type TestServer } from "../support/server.ts";

// Plain k6 scripts of users, unchanged, by the real k6: what the server counted is the truth of each.

let server: TestServer;
beforeEach(async () => {
  server = await startServer(answerByPath);
});
afterEach(() => server.close());

async function run(script: string, rest: Partial<WorkInput> = {}): Promise<TrialResult> {
  return await runScript({ baseUrl: server.url, ...rest, script }, (result) => result);
}

/** The facts of a script that must end well; every request that the server saw must be in them. */
async function factsOf(script: string, rest: Partial<WorkInput> = {}): Promise<LoadFacts> {
  const result = await run(script, rest);
  expect(result.outcome).toEqual({ kind: "completed", exitCode: 0 });
  expect(result.facts?.requestsInAll).toBe(server.seen.length);
  return result.facts!;
}

it.each([
  { script: "typescript.ts", requests: 10, paths: { "/api/chat": 10 } },
  { script: "commonjs.js", requests: 4, paths: { "/commonjs": 4 } },
  { script: "no-options.js", requests: 1, paths: { "/": 1 } },
  { script: "scenarios.js", requests: 9, paths: { "/ask": 3, "/tell": 3, "/default": 3 } },
  { script: "relative-open.js", requests: 2, paths: { "/first": 1, "/second": 1 } },
  { script: "relative-import.ts", requests: 3, paths: { "/helped": 3 } },
  { script: "discard-bodies.js", requests: 3, paths: { "/": 3 } },
  { script: "odd-names.js", requests: 6, paths: { "/my-work": 2, "/delete": 2, "/tell": 2 } },
  { script: "clashing-names.js", requests: 6, paths: { "/instrument": 2, "/config": 2, "/wrap": 2 } },
])("$script: counts exactly the $requests requests that the server saw", async ({ script, requests, paths }) => {
  const facts = await factsOf(script);
  expect(facts).toMatchObject({
    requests: { count: requests, failed: 0 },
    latency: { count: requests },
    checks: { failedOnGood: 0, mixed: 0 },
    exceptions: { afterGood: 0, afterFailed: 0, withoutRequest: 0 },
    iterations: { completed: requests, dropped: 0 },
    requestsInAll: requests,
  });
  for (const [path, count] of Object.entries(paths)) expect([path, server.countOf(path)]).toEqual([path, count]);
});

it("setup and teardown run with their data and belong to no window", async () => {
  const result = await run("setup-teardown.js");
  expect(server.seen.map(({ path }) => path)).toEqual(["/setup", "/from-setup", "/from-setup", "/teardown/from-setup"]);
  expect(result.facts).toMatchObject({ requests: { count: 2 }, requestsInAll: 4 });
  expect(result.facts!.window.seconds).toBeLessThan(1); // 1.5 s of setup are not in it
  expect(result.facts!.window.startedAt).toBeGreaterThan(server.seen[0]!.at + 1400);
  for (const { at } of result.timeline?.points ?? []) expect(at).toBeLessThan(1);
});

it("noTeardown: the script's teardown is left out, and the window still ends with the load", async () => {
  const facts = await factsOf("no-teardown.js");
  expect(server.countOf("/teardown")).toBe(0);
  expect(facts.window.seconds).toBeGreaterThan(0.39);
  expect(facts.window.seconds).toBeLessThan(0.8);
});

describe("handleSummary of the script", () => {
  it("writes its files, sees none of our metrics, and cannot spoil our numbers", async () => {
    await runScript({ baseUrl: server.url, script: "own-summary.js" }, async ({ facts }, folder) => {
      expect(facts).toMatchObject({ requests: { count: 3, failed: 0 }, latency: { count: 3 } });
      const text = await readFile(join(folder, "seen.json"), "utf8");
      const seen = JSON.parse(text) as { metrics: Record<string, { values: object }>; options: object };
      expect(text).not.toContain("chatbench");
      expect(Object.keys(seen.metrics.http_req_duration!.values).sort()).toEqual(["avg", "p(97.3)"]);
      expect(seen.metrics).not.toHaveProperty("checks"); // it made none: plain k6 would not list them
      expect(seen.options).toMatchObject({ summaryTrendStats: ["avg", "p(97.3)"] });
      expect(await readFile(join(folder, "k6.log"), "utf8")).toContain("own summary");
    });
  });

  it("is shown what plain k6 would show where it asks for nothing", async () => {
    await runScript({ baseUrl: server.url, script: "no-request-summary.js" }, async (_, folder) => {
      const seen = JSON.parse(await readFile(join(folder, "seen.json"), "utf8")) as { metrics: object };
      expect(Object.keys(seen.metrics).sort()).toEqual([
        "data_received",
        "data_sent",
        "iteration_duration",
        "iterations",
      ]);
    });
  });

  it("may throw: our summary is whole all the same", async () => {
    expect((await factsOf("throwing-summary.js")).requests.count).toBe(3);
  });

  it("may be async, as plain k6 allows: its files are written beside ours", async () => {
    await runScript({ baseUrl: server.url, script: "async-summary.js" }, async ({ facts }, folder) => {
      expect(facts).toMatchObject({ requests: { count: 3, failed: 0 }, latency: { count: 3 } });
      const seen = JSON.parse(await readFile(join(folder, "seen.json"), "utf8")) as { metrics: object };
      expect(seen.metrics).toHaveProperty("http_reqs");
      expect(await readFile(join(folder, "k6.log"), "utf8")).toContain("late summary");
    });
  });

  it("may reject: our summary is whole all the same, and k6's log says why theirs is not", async () => {
    await runScript({ baseUrl: server.url, script: "rejecting-summary.js" }, async ({ outcome, facts }, folder) => {
      expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
      expect(facts?.requests.count).toBe(3);
      expect(await readFile(join(folder, "k6.log"), "utf8")).toContain("no summary after all");
    });
  });
});

it("thresholds with abortOnFail end the load early: the window is as long as the load was", async () => {
  const { outcome, facts } = await run("abort-on-fail.js");
  expect(outcome).toEqual({ kind: "completed", exitCode: 99 });
  expect(facts!.requests).toEqual({ count: server.seen.length, failed: server.seen.length });
  expect(facts!.window.seconds).toBeLessThan(10);
  expect(facts!.thresholds).toMatchObject([{ metric: "http_req_failed", met: false }]);
});

it("groups and thresholds on them keep working", async () => {
  const facts = await factsOf("groups.js");
  expect(facts.checks).toEqual({ failedOnGood: 2, mixed: 0, perAnswer: 2 });
  expect(facts.thresholds.map(({ metric, met, samples }) => [metric, met, samples > 0])).toEqual(
    expect.arrayContaining([
      ["http_reqs{group:::talk::second}", true, true],
      ["group_duration{group:::talk}", true, true],
    ]),
  );
});

it("custom metrics of all four kinds are read, whatever they are called; one without samples is absent", async () => {
  const facts = await factsOf("custom-metrics.js");
  expect(facts.custom).toMatchObject({
    http_tokens: { type: "trend", unit: "1", distribution: { count: 4, min: 1, max: 4, mean: 2.5 } },
    ws_thinking: { type: "trend", unit: "s", distribution: { count: 4, min: 0.25, max: 0.25 } },
    iterations_unlike: { type: "trend", unit: "1", distribution: { mean: 7 } },
    data_talks: { type: "counter", count: 8 },
    vus_cached: { type: "rate", passes: 1, total: 4 },
    checks_depth: { type: "gauge", value: 3, min: 0, max: 3 },
  });
  expect(Object.keys(facts.custom)).toHaveLength(6);
  expect(facts.thresholds).toContainEqual({ metric: "unseen", expression: "p(95)<1", met: true, samples: 0 });
});

it("thresholds on url, name and own tags see their data; tags called phase and answer hide nothing", async () => {
  const facts = await factsOf("own-tags.js");
  expect(facts.requests).toEqual({ count: 6, failed: 0 });
  expect(facts.latency.count).toBe(6);
  expect(facts.thresholds).toHaveLength(6);
  for (const threshold of facts.thresholds) expect(threshold).toMatchObject({ met: true });
});

it("every kind of executor: all requests are counted, and all in the window", async () => {
  const facts = await factsOf("executors.js");
  expect(facts.requests.count).toBe(server.seen.length);
  expect(facts.iterations.completed).toBe(server.seen.length);
  expect(facts.window.seconds).toBeGreaterThan(0.9);
});

it("an arrival rate that its users cannot hold shows the iterations that were dropped", async () => {
  const facts = await factsOf("dropped.js");
  expect(facts.iterations.dropped).toBeGreaterThan(10);
  expect((facts.iterations.dropped ?? 0) + facts.iterations.completed).toBeGreaterThanOrEqual(19);
});

it("users that work in one scenario after another lose no request", async () => {
  const facts = await factsOf("reused-users.js");
  expect(facts.requests.count).toBe(server.seen.length);
});

it("test.abort() is an aborted trial, by the script", async () => {
  const { outcome, facts } = await run("test-abort.js");
  expect(outcome).toMatchObject({ kind: "aborted", by: "script", reason: { code: "aborted_by_script" } });
  expect(facts).toMatchObject({ requests: { count: 3 }, exceptions: { afterGood: 0 } });
});

it("exec.test.fail() is broken as marked_failed, never judged", async () => {
  const { outcome, facts } = await run("test-fail.js");
  expect(outcome).toMatchObject({ kind: "broken", reason: { code: "marked_failed" } });
  expect(facts?.requestsInAll).toBe(3);
});
