// The judged window: what belongs to it by the clock of the test, not by the tags that our wrapper sets.
import { expect, test } from "vitest";
import type { Load } from "../../src/model/index.ts";
import { OWN, steady } from "../support/k6.ts";
import { delayedServer, type Delay } from "../support/latency-servers.ts";
import { benchmarkWithSamples, objective, type Ran } from "../support/run.ts";
import { sum, valuesOf, type Sample } from "../support/samples.ts";
import { expectClose } from "../support/truth.ts";

const SCRIPT = `
import http from "k6/http"; import { sleep } from "k6"; import { Counter } from "k6/metrics";
const turns = new Counter("turns");
export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); turns.add(1); }
`;
const USERS = 10;

async function measure(
  input: { script?: string; load: Load; delay: Delay },
  read: (ran: Ran, samples: readonly Sample[]) => void,
): Promise<void> {
  const server = await delayedServer(input.delay);
  const objectives = [objective("error_rate < 0.01"), objective("concurrent_users >= 1")];
  try {
    await benchmarkWithSamples({ script: SCRIPT, ...input, baseUrl: server.url, objectives }, read);
  } finally {
    await server.close();
  }
}

test.each([
  ["faster", 5, 100],
  ["slower", 400, 40],
])("throughput is that of the judged window after a much %s warm-up", async (_, warmupMs, judgedMs) => {
  const delay: Delay = (_index, sinceMs) => (sinceMs < 2000 ? warmupMs : judgedMs);
  await measure({ load: steady(USERS, 4, 2), delay }, ({ record }, samples) => {
    const { requests, throughput } = record.measurements;
    expectClose(throughput?.value, requests!.value / 4, "throughput");
    const most = (USERS * 1000) / judgedMs;
    expect(throughput!.value).toBeLessThanOrEqual(most * 1.03 + USERS);
    expect(throughput!.value).toBeGreaterThanOrEqual(most * 0.6);
    // The engine's own rate divides by the whole test: it would have been far off.
    const overall = valuesOf(samples, "http_reqs", {}).length / 6;
    expect(Math.abs(overall / throughput!.value - 1)).toBeGreaterThan(0.15);
    expect(record.measurements["k6.turns.count"]?.value).toBe(sum(valuesOf(samples, "turns", {})));
  });
});

test("conversations are the iterations that ended in the judged window", async () => {
  const script = SCRIPT.replace("turns.add(1);", "sleep(0.9 + __VU / 40); turns.add(1);");
  await measure({ script, load: steady(USERS, 4, 1.5), delay: () => 30 }, ({ record }, samples) => {
    const { startedAt, seconds } = record.trials[0]!.facts!.window;
    const ends = samples.filter(({ metric }) => metric === "iterations").map(({ at }) => at);
    const inside = (slackMs: number): number =>
      ends.filter((at) => at >= startedAt - slackMs && at < startedAt + seconds * 1000 + slackMs).length;
    expect(record.measurements.conversations!.value).toBeGreaterThanOrEqual(inside(-20));
    expect(record.measurements.conversations!.value).toBeLessThanOrEqual(inside(20));
    expect(inside(-20)).toBeGreaterThan(USERS * 2);
  });
});

test.each([
  ["warm-up", steady(USERS, 3, 2)],
  ["no warm-up", steady(USERS, 4, 0)],
])("a slow setup with %s moves neither window nor timeline", async (_, load) => {
  const script = `${SCRIPT} export function setup() { for (let i = 0; i < 5; i++) { http.get(__ENV.CHATBENCH_TARGET_URL); sleep(0.55); } }`;
  await measure({ script, load, delay: () => 50 }, ({ record, timeline }, samples) => {
    const { facts } = record.trials[0]!;
    const loadStart = facts!.window.startedAt - load.warmup.seconds * 1000;
    const load0 = samples.filter(({ metric, tags }) => metric === "http_reqs" && tags.group !== "::setup");
    expect(Math.abs(load0[0]!.at - loadStart)).toBeLessThan(500);
    const points = timeline!.points;
    for (const { at, requests } of points) expect({ at, some: requests > 0 }).toStrictEqual({ at, some: true });
    for (const { at, seconds, requests } of points.slice(1)) {
      const ended = load0.filter((s) => (s.at - loadStart) / 1000 > at - seconds && (s.at - loadStart) / 1000 <= at);
      expect(Math.abs(requests - ended.length)).toBeLessThanOrEqual(USERS * 5);
    }
    const arrived = points.filter(({ at, seconds }) => at - seconds >= load.warmup.seconds / 2);
    expect(arrived.map(({ users }) => users)).toStrictEqual(arrived.map(() => USERS));
    const users = points.map((point) => point.users);
    expect(users).toStrictEqual(users.toSorted((a, b) => a - b));
    expect(record.measurements.concurrent_users?.value).toBe(USERS);
    expect(record.verdict).toBe("pass");
  });
});

test("a script with its own duration is judged from its first iteration to its planned end", async () => {
  const options = `export const options = { vus: ${USERS}, duration: "3s" }; export function teardown() { sleep(1.5); }`;
  await measure({ script: SCRIPT + options, load: OWN, delay: () => 40 }, ({ record, timeline }, samples) => {
    const { window } = record.trials[0]!.facts!;
    expect(window.seconds).toBe(3);
    const requests = valuesOf(samples, "http_reqs", {}).length;
    expect(Math.abs(record.measurements.requests!.value - requests)).toBeLessThanOrEqual(USERS);
    expectClose(record.measurements.throughput?.value, record.measurements.requests!.value / 3, "throughput");
    expect(record.measurements.concurrent_users?.value).toBe(USERS);
    expect(timeline!.judged.to).toBeLessThan(3.6);
  });
});

test("users who think when a script's own load ends do not make the target a hanging one", async () => {
  const options = `export const options = { vus: 60, duration: "16s" };`;
  const script = SCRIPT.replace("turns.add(1);", "turns.add(1); sleep(4 + 6 * Math.random());") + options;
  await measure({ script, load: OWN, delay: () => 10 }, ({ record, timeline }) => {
    const silent = timeline!.points.filter(({ at, requests }) => at > 16 && requests === 0).length;
    expect(silent).toBeGreaterThanOrEqual(5);
    expect(record.measurements.concurrent_users?.value).toBe(60);
    expectClose(record.measurements.throughput?.value, record.measurements.requests!.value / 16, "throughput");
    expect({ verdict: record.verdict, reason: record.reason }).toStrictEqual({ verdict: "pass", reason: null });
  });
});

test("a script with its own iterations is judged until the last of them ends", async () => {
  const options = `export const options = { vus: 5, iterations: 200 }; export function teardown() { sleep(1.5); }`;
  await measure({ script: SCRIPT + options, load: OWN, delay: () => 40 }, ({ record }, samples) => {
    const ends = samples.filter(({ metric }) => metric === "iterations").map(({ at }) => at);
    const { window } = record.trials[0]!.facts!;
    expect(Math.abs(window.startedAt + window.seconds * 1000 - Math.max(...ends))).toBeLessThan(400);
    expect(record.measurements.requests?.value).toBe(200);
    expectClose(record.measurements.throughput?.value, 200 / window.seconds, "throughput");
  });
});
