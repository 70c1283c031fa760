import { expect, it } from "vitest";
import type { RunSummary } from "../model/index.ts";
import { passing } from "../../test/fixtures/records/runs.ts";
import { sparkline } from "./chart-spark.ts";

const { record } = passing();

function runOf(p95Seconds: number | undefined, changed: Partial<RunSummary> = {}): RunSummary {
  const latency =
    p95Seconds === undefined ? {} : { latency_p95: { value: p95Seconds, unit: "s", samples: 900 } as const };
  return { ...record, measurements: latency, ...changed };
}

it("needs two values for a trend", () => {
  expect(sparkline([], 0.2)).toBeUndefined();
  expect(sparkline([runOf(0.1), runOf(undefined)], 0.2)).toBeUndefined();
  expect(sparkline([runOf(0.1), runOf(0.2)], undefined)).toBeDefined();
});

it("leaves a gap and a cross where a run was not measured, instead of a line over it", () => {
  const gap = sparkline(
    [runOf(0.1), runOf(0.1), runOf(undefined, { state: "error", verdict: null }), runOf(0.1), runOf(0.1)],
    0.2,
  );
  expect(gap?.markup.match(/class="trend" d="([^"]*)"/)?.[1]?.match(/M/g)).toHaveLength(2);
  expect(gap?.markup.match(/class="miss"/g)).toHaveLength(1);
});

it("does not take what an aborted run measured for a part of the trend", () => {
  const markup = sparkline([runOf(0.1), runOf(9, { state: "aborted", verdict: null }), runOf(0.1)], undefined)?.markup;
  expect(markup).toContain("not measured aborted");
  expect(markup).not.toContain("9 s");
});

it("tells the results apart by shape, and says all of it in words", () => {
  const verdicts = ["pass", "warning", "fail", "invalid"] as const;
  const runs = verdicts.map((verdict, index) => runOf(0.1 + index / 10, { verdict }));
  const markup = sparkline(runs, 0.2)?.markup ?? "";
  const shapes = [...markup.matchAll(/<(circle|path) class="dot [a-z]+" (?:r|d)="([^"]*)"/g)].map(([, , form]) => form);
  expect(new Set(shapes).size).toBe(4);
  expect(markup).toContain(
    "P95 of the last 4 runs, oldest first, objective 200 ms: 100 ms pass; 200 ms warning; 300 ms fail; 400 ms invalid",
  );
});

it("stays inside its picture for one value, zeros and many runs", () => {
  for (const runs of [[0, 0], [3600, 0.001], Array.from({ length: 300 }, (_, index) => index)]) {
    const markup =
      sparkline(
        runs.map((value) => runOf(value)),
        0.2,
      )?.markup ?? "";
    expect(markup).not.toMatch(/NaN|Infinity|undefined/);
    const places = [...markup.matchAll(/translate\(([\d.-]+) ([\d.-]+)\)/g)];
    expect(places.length).toBe(Math.min(20, runs.length));
    for (const [, x, y] of places) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThanOrEqual(176);
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(56);
    }
  }
});
