import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGoDuration, parseInspection } from "./script-options.ts";

describe("parseGoDuration", () => {
  it.each([
    ["0s", 0],
    ["1m30s", 90],
    ["500ms", 0.5],
    ["1.5s", 1.5],
    ["1h0m0.25s", 3600.25],
    ["2d", 172_800],
    ["250µs", 0.000_25],
  ])("%s is %d s", (text, seconds) => expect(parseGoDuration(text)).toBeCloseTo(seconds, 9));

  it.each(["", "5", "s", "5x", "1m 30s", "-5s", "1m30"])("%j is none", (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  it("adds hours, minutes, seconds and milliseconds", () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59), fc.nat(999), (...[h, m, s, ms]) => {
        const text = `${String(h)}h${String(m)}m${String(s)}s${String(ms)}ms`;
        expect(parseGoDuration(text)).toBeCloseTo(h * 3600 + m * 60 + s + ms / 1000, 6);
      }),
    );
  });
});

describe("parseInspection", () => {
  it("reads scenarios, thresholds, longest time and users", () => {
    const text = JSON.stringify({
      scenarios: { a: { exec: "ask", startTime: "1500ms" }, b: { exec: null, startTime: null } },
      thresholds: { http_req_failed: [], "http_reqs{name:x}": [] },
      totalDuration: "1m30s",
      maxVUs: 7,
    });
    expect(parseInspection(text)).toEqual({
      scenarios: { a: { exec: "ask", startTimeMs: 1500 }, b: { exec: "default", startTimeMs: 0 } },
      thresholds: ["http_req_failed", "http_reqs{name:x}"],
      maxSeconds: 90,
      maxUsers: 7,
    });
  });

  it("a script without options has the one scenario that k6 gives it", () => {
    expect(parseInspection(`{"scenarios":null,"thresholds":null}`)).toEqual({
      scenarios: { default: { exec: "default", startTimeMs: 0 } },
      thresholds: [],
      maxUsers: 0,
    });
  });

  it("takes system tags for the script's wish only where they differ from k6's own list", () => {
    const own =
      "check error error_code expected_response group method name proto scenario service status subproto tls_version url";
    expect(parseInspection(JSON.stringify({ systemTags: own.split(" ") }))).not.toHaveProperty("systemTags");
    expect(parseInspection(`{"systemTags":["status","url"]}`)).toMatchObject({ systemTags: ["status", "url"] });
  });

  it.each(["", "{", "[]", `{"scenarios":5}`, `{"maxVUs":"many"}`])("%j is not of that shape", (text) => {
    expect(parseInspection(text)).toBeUndefined();
  });
});
