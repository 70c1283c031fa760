import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock, RunId } from "../model/index.ts";
import { freePort } from "../platform/network.ts";
import { createSeriesReader, lookAtPrometheus, requestsQuery } from "./prometheus.ts";

const START = Date.parse("2026-11-23T02:00:00Z");
const RUN = "20261123T020000Z-chat-api-4k7q" as RunId;
const servers: Server[] = [];

/** A Prometheus that gives the next of these answers to each query, and the last one for ever. */
async function prometheus(...answers: { status?: number; body: unknown }[]): Promise<{ url: string; asked: URL[] }> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://x"));
    const { status = 200, body } = answers[Math.min(asked.length, answers.length) - 1]!;
    response.writeHead(status).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const holding = (...values: string[]): { body: unknown } => ({
  body: {
    status: "success",
    data: { resultType: "vector", result: values.map((v) => ({ metric: {}, value: [1, v] })) },
  },
});

/** Time passes only by sleeping. */
function fakeClock(at = START + 60_000): Clock {
  let now = at;
  return {
    now: () => now,
    sleep: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("reading a run's series back", () => {
  it("gives the number once it stays the same", async () => {
    const { url, asked } = await prometheus(holding("40"), holding("90"), holding("90"));
    expect(await createSeriesReader({ url, clock: fakeClock() }).requestsOf(RUN)).toEqual({ requests: 90 });
    expect(asked).toHaveLength(3);
  });

  it("takes the expected number at once, and gives any other all its patience", async () => {
    const early = await prometheus(holding("40"), holding("40"), holding("40"), holding("90"));
    const reader = createSeriesReader({ url: early.url, clock: fakeClock() });
    expect(await reader.requestsOf(RUN, { expected: 90 })).toEqual({ requests: 90 });
    expect(early.asked).toHaveLength(4);
    const clock = fakeClock();
    const from = clock.now();
    const lost = await prometheus(holding("40"));
    const found = await createSeriesReader({ url: lost.url, clock }).requestsOf(RUN, { expected: 90 });
    expect([found, clock.now() - from]).toEqual([{ requests: 40 }, 5_000]);
  });

  it("waits for series that appear late", async () => {
    const { url } = await prometheus(holding(), holding(), holding("7"));
    expect(await createSeriesReader({ url, clock: fakeClock() }).requestsOf(RUN)).toEqual({ requests: 7 });
  });

  it("says 0 when Prometheus answers and holds nothing, after some patience", async () => {
    const clock = fakeClock();
    const { url } = await prometheus(holding());
    const from = clock.now();
    expect(await createSeriesReader({ url, clock }).requestsOf(RUN)).toEqual({ requests: 0 });
    expect(clock.now() - from).toBe(5_000);
  });

  it("asks over the run's whole time, with room for clocks that differ", async () => {
    const { url, asked } = await prometheus(holding("1"));
    await createSeriesReader({ url: `${url}/prefix/`, clock: fakeClock() }).requestsOf(RUN);
    expect(asked[0]?.pathname).toBe("/prefix/api/v1/query");
    expect(asked[0]?.searchParams.get("time")).toBe(String((START + 120_000) / 1_000));
    expect(asked[0]?.searchParams.get("query")).toBe(`sum(last_over_time(k6_http_reqs_total{testid="${RUN}"}[180s]))`);
  });

  it("asks for exchanges where these are the requests", async () => {
    const { url, asked } = await prometheus(holding("1"));
    await createSeriesReader({ url, clock: fakeClock() }).requestsOf(RUN, { traffic: "stream", expected: 1 });
    expect(asked[0]?.searchParams.get("query")).toContain("(k6_chatbench_exchanges_total{");
  });

  it.each([
    ["nobody listens", undefined, "ECONNREFUSED"],
    ["an error of Prometheus", { status: 503, body: { status: "error", error: "starting" } }, "status 503, starting"],
    ["another server", { body: { hello: "world" } }, "status 200, an answer that is not Prometheus'"],
    ["a value that is no number", holding("NaN"), "status 200, an answer that is not Prometheus'"],
  ])("gives the reason: %s", async (_, answer, trouble) => {
    const url = answer === undefined ? `http://127.0.0.1:${await freePort()}` : (await prometheus(answer)).url;
    expect(await createSeriesReader({ url, clock: fakeClock() }).requestsOf(RUN)).toEqual({
      problem: {
        code: "prometheus_unreachable",
        text: `The run's series could not be read back from Prometheus at ${url}: ${trouble}.`,
      },
    });
  });

  it("refuses an id that could say something else in PromQL", () => {
    expect(() => requestsQuery('x"} or vector(1)#' as RunId, START)).toThrow("not a run id");
  });
});

describe("a look at whether it answers", () => {
  it("is well where it answers a question, below its path too", async () => {
    const { url, asked } = await prometheus(holding("1"));
    expect(await lookAtPrometheus(`${url}/prefix/`, START)).toEqual({
      ok: true,
      text: `Prometheus at ${url} answers.`,
    });
    expect(asked.map(({ pathname }) => pathname)).toEqual(["/prefix/api/v1/query"]);
  });

  it.each([
    ["nobody listens", undefined, "ECONNREFUSED"],
    ["it is not ready yet", { status: 503, body: { status: "error", error: "starting" } }, "status 503, starting"],
    ["another server", { body: { hello: "world" } }, "status 200, an answer that is not Prometheus'"],
  ])("says why not: %s", async (_, answer, trouble) => {
    const url = answer === undefined ? `http://127.0.0.1:${await freePort()}` : (await prometheus(answer)).url;
    const text = `Prometheus at ${url} does not answer (${trouble}): series of runs are not kept.`;
    expect(await lookAtPrometheus(url, START)).toEqual({ ok: false, text });
  });
});
