// Truth: what a run records is what can be computed, without any of our code, from the raw samples of the same k6,
// and what was measured is what the server injected.
import { expect, it } from "vitest";
import { formatValue, MEASUREMENTS } from "../../src/model/index.ts";
import { renderRun, runReport } from "../../src/report/index.ts";
import { steady } from "../support/k6.ts";
import { delayedServer, even, type Delay } from "../support/latency-servers.ts";
import { benchmarkWithSamples, objective, type Ran } from "../support/run.ts";
import { percentile, sum, valuesOf, type Sample } from "../support/samples.ts";
import { expectClose, expectSame, expectSameDistribution, JUDGED, measuredBy, trendBy } from "../support/truth.ts";

const SCRIPT = `
import http from "k6/http";
import { check } from "k6";
import { Counter, Gauge, Rate, Trend } from "k6/metrics";
const words = new Trend("words"), thinking = new Trend("thinking", true), turns = new Counter("turns");
const cached = new Rate("cached"), depth = new Gauge("depth");
export default function () {
  const response = http.get(__ENV.CHATBENCH_TARGET_URL);
  check(response, { "is 200": (r) => r.status === 200 });
  words.add(__ITER % 17);
  thinking.add(response.timings.waiting);
  turns.add(2);
  cached.add(__ITER % 3 === 0);
  depth.add(__ITER);
}`;
const USERS = 40;
const [WARMUP_SECONDS, JUDGED_SECONDS] = [2, 6];
const OBJECTIVES = ["latency_p95 < 10", "latency_p99 < 10", "concurrent_users >= 1"].map(objective);
/** What the path from server to k6 and two busy cores may add. */
const ON_TOP_MS = 80;

const SERVERS: readonly (readonly [string, Delay])[] = [
  ["constant", () => 100],
  ["bimodal", (index) => (even(index) < 0.7 ? 50 : 400)],
  ["heavy-tailed", (index) => Math.min(3000, 20 * (1 - even(index)) ** (-1 / 1.5))],
  ["slowing down during the run", (_, sinceMs) => 30 + sinceMs / 50],
];

it.each(SERVERS)("records the truth of a server whose latency is %s", async (_, delay) => {
  const server = await delayedServer(delay);
  try {
    await benchmarkWithSamples(
      {
        script: SCRIPT,
        baseUrl: server.url,
        load: steady(USERS, JUDGED_SECONDS, WARMUP_SECONDS),
        objectives: OBJECTIVES,
      },
      (ran, samples) => {
        expectRaw(ran, samples);
        expectReported(ran, samples);
        expectInjected(ran, server);
        expectTimeline(ran, samples);
      },
    );
  } finally {
    await server.close();
  }
});

function expectRaw({ stored, record }: Ran, samples: readonly Sample[]): void {
  expect(stored).toStrictEqual(record);
  expect(record).toMatchObject({ state: "finished", verdict: "pass", reason: null });
  expectSame(record.measurements, measuredBy(samples, JUDGED_SECONDS));
  expectSame(record.measurements, { ...trendBy(samples, "words", 1), ...trendBy(samples, "thinking", 1000) });
  const requests = valuesOf(samples, "http_reqs", JUDGED).length;
  expect(record.measurements.error_rate).toStrictEqual({ value: 0, unit: "ratio", samples: requests });
  const cached = valuesOf(samples, "cached", {});
  expectClose(record.measurements["k6.cached.rate"]?.value, sum(cached) / cached.length, "cached");
  expect(record.measurements["k6.turns.count"]?.value).toBe(sum(valuesOf(samples, "turns", {})));
  expect(record.measurements["k6.depth.max"]?.value).toBe(Math.max(...valuesOf(samples, "depth", {})));
  const { facts } = record.trials[0]!;
  expectSameDistribution(
    facts!.latency,
    valuesOf(samples, "http_req_duration", { ...JUDGED, expected_response: "true" }),
  );
  expect(facts!.requestsInAll).toBe(valuesOf(samples, "http_reqs", {}).length);
}

/** What a person reads, on the page and in the terminal, is what the raw samples give. */
function expectReported({ record, timeline }: Ran, samples: readonly Sample[]): void {
  const raw = measuredBy(samples, JUDGED_SECONDS);
  const page = runReport(record, timeline).markup;
  const [figures, targets] = [figuresOn(page), targetsOn(page)];
  for (const name of ["latency_p50", "latency_p95", "latency_p99", "throughput", "requests"] as const) {
    const { value, unit } = raw[name]!;
    expect([name, figures[MEASUREMENTS[name].title]]).toEqual([name, formatValue(value, unit)]);
  }
  expect(figures[MEASUREMENTS.error_rate.title]).toBe("0 %");
  const [p95, p99] = [raw.latency_p95!, raw.latency_p99!].map(({ value, unit }) => formatValue(value, unit));
  const wanted = [
    ["P95 Latency", "< 10", p95!, "Pass"],
    ["P99 Latency", "< 10", p99!, "Pass"],
    ["Concurrent Users", ">= 1", String(USERS), "Pass"],
  ] as const;
  expect(targets.slice(0, 3)).toEqual(wanted);
  const lines = renderRun(record, { colour: false, width: 200 }).split("\n");
  for (const [metric, target, current] of wanted) {
    const line = lines.find((one) => one.startsWith(metric)) ?? "";
    expect(line.split(/\s{2,}/).slice(0, 3)).toEqual([metric, target, current]);
  }
}

const plain = (markup: string): string =>
  markup
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .trim();

/** The tiles of the page, by title. */
function figuresOn(page: string): Readonly<Record<string, string>> {
  const [, list = ""] = /<dl class="figures">(.*?)<\/dl>/s.exec(page) ?? [];
  const pairs = [...list.matchAll(/<dt>(.*?)<\/dt>\s*<dd>(.*?)<\/dd>/gs)];
  return Object.fromEntries(pairs.map(([, title = "", value = ""]) => [plain(title), plain(value)]));
}

/** The rows of the targets table: metric, target, current, status without its sign. */
function targetsOn(page: string): readonly (readonly string[])[] {
  const rows = [...page.matchAll(/<tr>\s*<td class="metric">.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = ""]) => plain(cell)),
  );
  return rows.map((cells) => cells.map((cell) => cell.replace(/^[^\w<>=]+(?=\w)/, "")));
}

/** The judged requests as the server saw them: its clock and ours are one. */
function expectInjected({ record }: Ran, server: Awaited<ReturnType<typeof delayedServer>>): void {
  const { startedAt, seconds } = record.trials[0]!.facts!.window;
  const inside = server.seen.filter(({ at }) => at >= startedAt && at < startedAt + seconds * 1000);
  const injected = inside.map(({ index }) => server.delays[index]!);
  const { requests, latency_p50, latency_p95, latency_p99 } = record.measurements;
  expect(Math.abs(requests!.value - inside.length)).toBeLessThanOrEqual(USERS + 0.02 * inside.length);
  for (const [q, measured] of [
    [0.5, latency_p50],
    [0.95, latency_p95],
    [0.99, latency_p99],
  ] as const) {
    const truth = percentile(injected, q);
    // Request heads arrive some milliseconds after k6 chose their phase: a few requests are counted on the other side.
    expect(measured!.value * 1000, `q ${q}`).toBeGreaterThanOrEqual(truth * 0.95 - 2);
    expect(measured!.value * 1000, `q ${q}`).toBeLessThanOrEqual(truth * 1.1 + ON_TOP_MS);
  }
}

function expectTimeline({ record, timeline, storedTimeline }: Ran, samples: readonly Sample[]): void {
  expect(storedTimeline).toStrictEqual(timeline);
  const { judged, points } = timeline!;
  expect(judged).toStrictEqual({ from: WARMUP_SECONDS, to: WARMUP_SECONDS + JUDGED_SECONDS });
  const loadStart = record.trials[0]!.facts!.window.startedAt - WARMUP_SECONDS * 1000;
  const ends = samples.filter(({ metric }) => metric === "http_reqs").map(({ at }) => (at - loadStart) / 1000);
  const last = points.at(-1)!;
  for (const { at, seconds } of points) expect(seconds).toBeLessThan(at === last.at ? 2 : 1.6);
  // k6 hands samples over every 50 ms, so a period may differ at its edges; the sums may not drift.
  for (const { at } of points) {
    const soFar = sum(points.filter((point) => point.at <= at).map(({ requests }) => requests));
    expect(soFar, `by ${at} s`).toBeGreaterThanOrEqual(ends.filter((end) => end < at - 0.35).length);
    expect(soFar, `by ${at} s`).toBeLessThanOrEqual(ends.filter((end) => end <= at + 0.05).length);
  }
  expect(sum(points.map(({ failed }) => failed))).toBe(0);
  const held = points.filter(({ at, seconds }) => at - seconds >= 1 && at <= judged.to);
  expect(held.length).toBeGreaterThanOrEqual(JUDGED_SECONDS - 1);
  expect(new Set(held.map(({ users }) => users))).toStrictEqual(new Set([USERS]));
  expect(record.measurements.concurrent_users?.value).toBe(USERS);
}
