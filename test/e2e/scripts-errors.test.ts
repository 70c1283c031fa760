import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoadFacts } from "../../src/model/index.ts";
import { runScript, steady, type WorkInput } from "../support/k6.ts";
import { answerByPath, startServer, type TestServer } from "../support/server.ts";

// Whose fault is it: each failure must be counted once, in the place that LoadFacts names.

let server: TestServer;
beforeEach(async () => {
  server = await startServer((request, response) => {
    if (request.path !== "/hang") answerByPath(request, response);
  });
});
afterEach(() => server.close());

async function factsOf(script: string, rest: Partial<WorkInput> = {}): Promise<LoadFacts> {
  return await runScript({ baseUrl: server.url, ...rest, script }, ({ outcome, facts }) => {
    expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
    return facts!;
  });
}

it("failed checks and exceptions are counted by the answer that they follow", async () => {
  const facts = await factsOf("attribution.js");
  expect(facts.requests).toEqual({ count: 11, failed: 5 });
  expect(facts.latency.count).toBe(6);
  expect(facts.checks).toEqual({ failedOnGood: 10, mixed: 0, perAnswer: 2 });
  expect(facts.exceptions).toEqual({ afterGood: 1, afterFailed: 2, withoutRequest: 2 });
  expect(facts.iterations.completed).toBe(12);
});

it.each([
  { script: "renamed-default.js", requests: { count: 3, failed: 3 }, failedOnGood: 0, mixed: 0 },
  { script: "copied-functions.js", requests: { count: 6, failed: 6 }, failedOnGood: 0, mixed: 0 },
  { script: "expectations.js", requests: { count: 5, failed: 2 }, failedOnGood: 3, mixed: 0 },
  { script: "batch.js", requests: { count: 8, failed: 3 }, failedOnGood: 2, mixed: 1 },
])("$script: a failed check counts apart only where its answer was good", async (expected) => {
  const facts = await factsOf(expected.script);
  expect(facts.requests).toEqual(expected.requests);
  expect(facts.requestsInAll).toBe(server.seen.length);
  expect(facts.checks).toMatchObject({ failedOnGood: expected.failedOnGood, mixed: expected.mixed });
});

it("asyncRequest: failed answers are counted; what follows a failed one may be counted as mixed", async () => {
  const facts = await factsOf("async.js");
  expect(facts.requests).toEqual({ count: 4, failed: 1 });
  expect(facts.checks).toMatchObject({ failedOnGood: 0, mixed: 1 });
  expect(facts.exceptions).toEqual({ afterGood: 2, afterFailed: 0, withoutRequest: 0 });
});

it("exceptions thrown beside the iteration, in a timer or a promise that nobody awaits, are not lost", async () => {
  const facts = await factsOf("thrown-beside.js");
  expect(facts.exceptions).toEqual({ afterGood: 0, afterFailed: 0, withoutRequest: 4 });
});

it("setResponseCallback(null): k6 would judge nothing, so the status decides", async () => {
  const facts = await factsOf("no-expectation.js");
  expect(facts.requests).toEqual({ count: 4, failed: 2 });
});

it("responseCallback null on one request: a sentence, not a number", async () => {
  const outcome = await runScript({ baseUrl: server.url, script: "unjudged-request.js" }, (result) => result.outcome);
  expect(outcome).toMatchObject({ kind: "broken", reason: { code: "bad_summary" } });
  expect((outcome as { reason: { text: string } }).reason.text).toContain("2 of 2 cannot be judged");
});

describe("a pattern", () => {
  it("judges only requests begun after the warm-up and before the end", async () => {
    const facts = await factsOf("own-scenarios.js", { load: steady(4, 2, 1) });
    expect(facts.window).toMatchObject({ seconds: 2, plannedSeconds: 2 });
    expect(server.countOf("/other")).toBe(0); // the pattern takes the place of the script's scenarios
    expect(facts.requestsInAll).toBe(server.seen.length);
    const { startedAt, seconds } = facts.window;
    const inside = server.seen.filter(({ at }) => at >= startedAt && at < startedAt + seconds * 1000).length;
    expect(Math.abs(facts.requests.count - inside)).toBeLessThanOrEqual(4); // one on its way for each user
    expect(facts.requests.count).toBeLessThan(facts.requestsInAll * 0.75);
    expect(facts.thresholds).toMatchObject([{ metric: "http_req_failed", met: true }]);
  });

  it("loses no request of users that were sent home and called again", async () => {
    const stages = [0, 3, 0, 3, 3].map((users, index) => ({ seconds: index % 2 === 0 ? 1 : 0, users }));
    const facts = await factsOf("talk.js", {
      load: { pattern: "spike", users: 3, warmup: { seconds: 0, users: 3 }, stages },
    });
    expect(facts.requestsInAll).toBe(server.seen.length);
    const end = facts.window.startedAt + facts.window.seconds * 1000;
    const inside = server.seen.filter(({ at }) => at < end).length;
    expect(Math.abs(facts.requests.count - inside)).toBeLessThanOrEqual(3);
  });

  it("begins with the users of the warm-up even where that lasts no time", async () => {
    const load = { pattern: "ramp" as const, users: 20, warmup: { seconds: 0, users: 1 } };
    await factsOf("talk.js", { load: { ...load, stages: [{ seconds: 2, users: 20 }] } });
    const first = server.seen.filter(({ at }) => at < server.seen[0]!.at + 50).length;
    expect(first).toBeLessThan(5);
  });

  it("counts answers that never came as failed, not as never asked", async () => {
    const facts = await factsOf("hang.js", { load: steady(3, 1) });
    expect(facts.requests).toEqual({ count: 3, failed: 3 });
    expect(facts.requestsInAll).toBe(server.seen.length);
  });

  it("needs a default function of the script, and says so", async () => {
    const outcome = await runScript(
      { baseUrl: server.url, script: "no-default.js", load: steady(1, 1) },
      (result) => result.outcome,
    );
    expect(outcome).toMatchObject({ kind: "broken" });
    expect((outcome as { reason: { text: string } }).reason.text).toMatch(/default/);
    expect(server.seen).toHaveLength(0);
  });
});
