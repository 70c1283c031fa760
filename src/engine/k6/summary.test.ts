import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trend, wholeSummary, type SummaryJson } from "../../../test/support/summary.ts";
import { listedMetrics, QUANTILE_GRID, SUB_METRICS } from "./summary-names.ts";
import { viewOf, type SummaryData } from "./script-summary.ts";
import { factsFromSummary } from "./summary.ts";
import type { PlannedWindow } from "./summary-reader.ts";

function read(
  change: (summary: SummaryJson) => void = () => undefined,
  planned: PlannedWindow = { warmupSeconds: 2 },
): ReturnType<typeof factsFromSummary> {
  return factsFromSummary(JSON.stringify(wholeSummary(change)), planned);
}

function factsOf(change?: (summary: SummaryJson) => void, planned?: PlannedWindow) {
  const result = read(change, planned);
  if ("problem" in result) throw new Error(result.problem.text);
  return result.facts;
}

describe("factsFromSummary", () => {
  it("reads what k6 counted, in seconds", () => {
    const facts = factsOf();
    expect(facts).toMatchObject({
      requests: { count: 100, failed: 4 },
      checks: { failedOnGood: 2, mixed: 0, perAnswer: 1 }, // three failed, one of them after a failed answer
      iterations: { completed: 50, dropped: 0 },
      requestsInAll: 120,
      window: { startedAt: 3000, seconds: 8 },
      latency: { count: 96, min: 0.01, max: 0.02, mean: 0.015 },
    });
    expect(facts.latency.quantiles.map(([q]) => q)).toEqual(
      QUANTILE_GRID.map((q) => expect.closeTo(q / 100, 6) as number),
    );
    expect(facts.latency.quantiles.find(([q]) => q === 0.95)?.[1]).toBeCloseTo(0.0195, 9);
  });

  it("the window ends as planned, or with the load where that ended before", () => {
    expect(factsOf(undefined, { warmupSeconds: 2, judgedSeconds: 5 }).window).toEqual({
      ...{ startedAt: 3000, seconds: 5, plannedSeconds: 5 },
    });
    expect(factsOf(undefined, { warmupSeconds: 2, judgedSeconds: 30 }).window.seconds).toBe(8);
    expect(factsOf(undefined, { warmupSeconds: 60, judgedSeconds: 30 }).window.seconds).toBe(0);
  });

  it("no request at all is none, not a broken summary", () => {
    const facts = factsOf((s) => {
      for (const name of Object.keys(s.metrics)) {
        const { values } = s.metrics[name]!;
        for (const key of Object.keys(values)) if (!name.includes("load_")) values[key] = 0;
      }
    });
    expect(facts).toMatchObject({ requests: { count: 0, failed: 0 }, latency: { count: 0, quantiles: [] } });
  });

  it("exceptions that only the log knows count for the judged part's share of iterations", () => {
    const threw = (s: SummaryJson): void => {
      s.metrics.chatbench_exceptions = { type: "counter", contains: "default", values: { count: 6 } };
      s.metrics[SUB_METRICS.threwAfterGood]!.values.count = 5;
    };
    expect(factsOf(threw, { warmupSeconds: 2, loggedExceptions: 6 }).exceptions.withoutRequest).toBe(0);
    expect(factsOf(threw, { warmupSeconds: 2, loggedExceptions: 18 }).exceptions).toEqual({
      ...{ afterGood: 5, afterFailed: 0, withoutRequest: 10 }, // 12 unseen, 50 of 60 iterations judged
    });
  });

  it("a threshold says how many samples stand behind it", () => {
    const { thresholds } = factsOf((s) => {
      s.metrics["my_trend{a:b}"] = { ...trend(0), thresholds: { "p(95)<1": { ok: true } } };
      s.metrics[SUB_METRICS.failed]!.thresholds = { "rate<0.1": { ok: false } };
      s.metrics.my_counter = {
        type: "counter",
        contains: "default",
        values: { count: 0 },
        thresholds: { "count<1": { ok: true } },
      };
    });
    expect(thresholds.map(({ met, samples }) => [met, samples])).toEqual([
      [false, 100],
      [true, 0],
      [true, 60],
    ]);
  });

  it("case 22: with any one number changed to nothing, a text or a list, it is refused", () => {
    const whole = wholeSummary();
    const places = Object.entries(whole.metrics).flatMap(([name, { values }]) =>
      Object.keys(values).map((key) => [name, key] as const),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom("null", '"1"', "[]"), ([name, key], value) => {
        const text = JSON.stringify(wholeSummary((s) => (s.metrics[name]!.values[key] = 123456789))).replace(
          "123456789",
          value,
        );
        expect(factsFromSummary(text, { warmupSeconds: 0 })).toMatchObject({ problem: { code: "bad_summary" } });
      }),
    );
  });

  it("case 22: cut off anywhere, it is refused", () => {
    const text = JSON.stringify(wholeSummary());
    fc.assert(
      fc.property(fc.nat(text.length - 1), (end) => {
        expect(factsFromSummary(text.slice(0, end), { warmupSeconds: 0 })).toMatchObject({
          problem: { code: "bad_summary" },
        });
      }),
    );
  });

  it("case 22: with any one sub-metric missing, it is refused by name", () => {
    for (const name of Object.values(SUB_METRICS)) {
      const result = read((s) => {
        s.metrics = Object.fromEntries(Object.entries(s.metrics).filter(([key]) => key !== name));
      });
      expect(result).toMatchObject({ problem: { code: "bad_summary", text: expect.stringContaining(name) as string } });
    }
  });
});

describe("viewOf: what the script's handleSummary is shown", () => {
  const data = wholeSummary((s) => {
    s.metrics.http_req_duration = trend(100);
    s.metrics.checks = { type: "rate", contains: "default", values: { passes: 0, fails: 0, rate: 0 } };
    s.metrics.chatbench_mine = { type: "counter", contains: "default", values: { count: 1 } };
  }) as unknown as SummaryData;

  it("is free of ours, and of what our thresholds alone made k6 list", () => {
    const view = viewOf(data, listedMetrics());
    expect(Object.keys(view.metrics).sort()).toEqual([
      "chatbench_mine",
      "http_req_duration",
      "http_reqs",
      "iterations",
    ]);
    expect(Object.keys(view.metrics.http_req_duration!.values).sort()).toEqual([
      "avg",
      "max",
      "med",
      "min",
      "p(90)",
      "p(95)",
    ]);
  });

  it("has the stats that the script asked for", () => {
    const view = viewOf(data, listedMetrics(), ["p(99)", "count"]);
    expect(Object.keys(view.metrics.http_req_duration!.values).sort()).toEqual(["count", "p(99)"]);
    expect(view.options).toEqual({ summaryTrendStats: ["p(99)", "count"] });
  });
});
