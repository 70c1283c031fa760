import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration, parsePlain, parseRate, parseRatio, parseSize, quote } from "./quantity.ts";

describe("durations become seconds", () => {
  it.each([
    ["200ms", 0.2],
    ["183ms", 0.183],
    ["500us", 0.0005],
    ["1.5s", 1.5],
    ["5m", 300],
    ["1h", 3600],
    ["1h30m", 5400],
    ["2d", 172_800],
    [" 30s ", 30],
  ])("%s", (text, value) => {
    expect(parseDuration(text)).toEqual({ value });
  });

  it.each(["", "30", "5 m", "5min", "-5s", "s", "1e3s", "0x10s", "1h 30m", "٣s", "1,5s", "9".repeat(100) + "s"])(
    "refuses %j",
    (text) => {
      expect(parseDuration(text)).toHaveProperty("problem");
    },
  );

  it("says what to write when the unit is missing", () => {
    expect(parseDuration("30")).toEqual({ problem: '30 has no unit: write "30ms", "30s", "30m" or "30h"' });
  });

  it("is exact for every number of milliseconds", () => {
    fc.assert(
      fc.property(fc.nat(1e9), (ms) => {
        expect(parseDuration(`${ms}ms`)).toEqual({ value: ms / 1000 });
      }),
    );
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), (ms) => {
        const back = parseDuration(formatDuration(ms / 1000));
        expect("value" in back ? back.value : NaN).toBeCloseTo(ms / 1000, 2);
      }),
    );
  });
});

describe("other quantities", () => {
  it("reads ratios as percent or number", () => {
    expect(parseRatio("1%")).toEqual({ value: 0.01 });
    expect(parseRatio("0.01")).toEqual({ value: 0.01 });
    expect(parseRatio("99.9 %")).toEqual({ value: 0.999 });
    expect(parseDuration("1.1h")).toEqual({ value: 3960 });
    expect(parseRatio("5")).toEqual({ problem: '"5" is more than the whole: write "5%" if you mean percent' });
    expect(parseRatio("101%")).toHaveProperty("problem");
    expect(parseRatio("1s")).toHaveProperty("problem");
  });

  it("reads sizes in both kinds of units", () => {
    expect(parseSize("64MiB")).toEqual({ value: 67_108_864 });
    expect(parseSize("10kB")).toEqual({ value: 10_000 });
    expect(parseSize("64")).toHaveProperty("problem");
    expect(parseSize("64constructor")).toHaveProperty("problem");
  });

  it("reads rates and plain numbers", () => {
    expect(parseRate("50/s")).toEqual({ value: 50 });
    expect(parseRate("50")).toEqual({ problem: '50 has no unit: write "50/s"' });
    expect(parsePlain("100")).toEqual({ value: 100 });
    expect(parsePlain("100 users")).toHaveProperty("problem");
  });
});

it("quotes a stranger's text so that it is short and cannot steer a terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(quote(text).length).toBeLessThan(400);

      expect(quote(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }),
  );
});
