import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Measurement, Unit } from "../model/index.ts";
import { objectiveOf } from "../../test/support/facts.ts";
import { judgeObjective } from "./objectives.ts";
import { judgeThreshold } from "./thresholds.ts";

function of(value: number, unit: Unit, ends: { low?: number; high?: number } = {}): Measurement {
  return { value, unit, samples: 24_310, ...ends };
}

describe("judgeObjective", () => {
  it.each([
    ["latency_p95", "< 0.2", of(0.183, "s"), "pass", "183 ms over 24,310 samples: 8.5 % below the limit of 200 ms"],
    ["latency_p95", "< 0.2", of(0.22, "s"), "warning", "220 ms over 24,310 samples: 10 % above the limit of 200 ms"],
    ["latency_p95", "< 0.2", of(0.22002, "s"), "fail", "220 ms over 24,310 samples: 10.01 % above the limit of 200 ms"],
    ["latency_p95", "< 0.2", of(0.2004, "s"), "warning", "200.4 ms over 24,310 samples: 0.2 % above the limit of 200 ms"],
    ["latency_p95", "< 0.2", of(0.2, "s"), "warning", "200 ms over 24,310 samples: equal to 200 ms, which does not meet the limit"],
    ["latency_p95", "<= 0.2", of(0.2, "s"), "pass", "200 ms over 24,310 samples: exactly the limit of 200 ms"],
    ["error_rate", "< 0.01", of(0.0042, "ratio"), "pass", "0.42 % over 24,310 requests: 58 % below the limit of 1 %"],
    ["error_rate", "<= 0", of(0.0042, "ratio"), "fail", "0.42 % over 24,310 requests: above the limit of 0 %"],
    ["k6.ok.rate", ">= 0.999", of(0.9989, "ratio"), "warning", "99.89 % over 24,310 samples: 10 % of the allowed remainder below the limit of 99.9 %"],
    ["concurrent_users", ">= 100", of(95, "count"), "warning", "95: 5 % below the limit of 100"],
    ["concurrent_users", ">= 100", of(0, "count"), "fail", "0: 100 % below the limit of 100"],
    ["throughput", ">= 400", of(448.2, "1/s"), "pass", "448/s over 24,310 requests: 12 % above the limit of 400/s"],
  ] as const)("%s %s", (...[name, condition, measured, verdict, reason]) => {
    expect(judgeObjective(objectiveOf(name, condition), measured)).toStrictEqual({
      measurement: name,
      condition,
      limit: objectiveOf(name, condition).limit,
      value: measured.value,
      verdict,
      reason,
    });
  }); // prettier-ignore

  it("is invalid, without a value, when nothing was measured", () => {
    const result = judgeObjective(objectiveOf("latency_p95", "< 0.2"), undefined, "only 143 of the 200 samples");
    expect(result).toMatchObject({ verdict: "invalid", reason: "only 143 of the 200 samples" });
    expect(result).not.toHaveProperty("value");
    expect(judgeObjective(objectiveOf("x", "< 1"), undefined).reason).toBe("x was not measured.");
  });

  it.each([
    [0.001, 0.009, "pass"],
    [0.009, 0.0105, "invalid"],
    [0.0101, 0.011, "warning"],
    [0.0105, 0.012, "invalid"],
    [0.009, 0.5, "invalid"],
    [0.012, 0.5, "fail"],
  ])("says of %d to %d only what is certain: %s", (low, high, verdict) => {
    const measured = of(high, "ratio", { low, high });
    expect(judgeObjective(objectiveOf("error_rate", "< 0.01"), measured).verdict).toBe(verdict);
  });
  it("says both ends of an interval", () => {
    const measured = of(0.0105, "ratio", { low: 0.009, high: 0.0105 });
    expect(judgeObjective(objectiveOf("error_rate", "< 0.01"), measured).reason).toBe(
      "between 0.9 % and 1.05 % over 24,310 requests: pass at one end and warning at the other of the limit 1 %, and it cannot be told which.",
    );
  });

  it("never gives more than invalid for what is no number", () => {
    const bad = fc.constantFrom(Number.NaN, Infinity, -Infinity);
    const place = fc.constantFrom("value", "low", "high");
    const comparator = fc.constantFrom("<", "<=", ">", ">=");
    fc.assert(
      fc.property(bad, place, comparator, (number, key, sign) => {
        const measured = { ...of(1, "s", { low: 1, high: 1 }), [key]: number };
        expect(judgeObjective(objectiveOf("x", `${sign} 1`), measured).verdict).toBe("invalid");
        expect(judgeObjective(objectiveOf("x", `${sign} ${String(number)}`), of(1, "s")).verdict).toBe("invalid");
      }),
    );
  });
});

describe("judgeThreshold", () => {
  const threshold = { metric: "http_req_duration", expression: "p(95)<200", met: true, samples: 10 };
  it("passes what was met on data", () => {
    expect(judgeThreshold(threshold)).toStrictEqual({
      measurement: "k6 threshold http_req_duration",
      condition: "p(95)<200",
      limit: 200,
      verdict: "pass",
      reason: "k6 found the script's own threshold met over 10 samples of the whole test",
    });
  });
  it("fails what was crossed", () => {
    const result = judgeThreshold({ ...threshold, met: false, samples: 1 });
    expect(result).toMatchObject({ verdict: "fail" });
    expect(result.reason).toContain("crossed over 1 sample of");
  });
  it.each([0, -1, Number.NaN])("is invalid on %d samples, whatever k6 says", (samples) => {
    for (const met of [true, false]) expect(judgeThreshold({ ...threshold, met, samples }).verdict).toBe("invalid");
  });
  it.each([
    ["rate>=0.95", 0.95],
    ["count == 1e3", 1000],
    ["avg>-2", -2],
    ["nonsense", 0],
  ])("reads the limit of %s", (expression, limit) => {
    expect(judgeThreshold({ ...threshold, expression }).limit).toBe(limit);
  });
});
