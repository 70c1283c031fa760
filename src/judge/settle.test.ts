import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REASON_CODES, reason, type TerminalState, type TrialOutcome, type Verdict, VERDICTS } from "../model/index.ts";
import { exitCodeOf } from "./exit-code.ts";
import { settle } from "./settle.ts";

const why = reason("killed", "The engine was killed.");
const judgement = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  reason: fc.constantFrom(null, reason("target_failed", "x")),
});
const code = fc.constantFrom(...REASON_CODES);
const unjudged: fc.Arbitrary<TrialOutcome> = fc.oneof(
  code.map((c): TrialOutcome => ({ kind: "broken", reason: reason(c, "x") })),
  fc
    .tuple(fc.constantFrom("person" as const, "shutdown" as const, "spend_cap" as const, "script" as const), code)
    .map(([by, c]): TrialOutcome => ({ kind: "aborted", by, reason: reason(c, "x") })),
);

describe("settle", () => {
  it("never gives a verdict to what broke or was stopped, and always a reason", () => {
    fc.assert(
      fc.property(unjudged, fc.option(judgement, { nil: undefined }), (outcome, judged) => {
        const settled = settle(outcome, judged);
        expect(settled.verdict).toBeNull();
        expect(settled.reason).not.toBeNull();
        expect(settled.state).toBe(outcome.kind === "broken" ? "error" : "aborted");
      }),
    );
  });
  it("says who stopped it", () => {
    expect(settle({ kind: "aborted", by: "person", reason: why }, undefined)).toStrictEqual({
      state: "aborted",
      verdict: null,
      reason: why,
      abortedBy: "person",
    });
  });
  it("takes over verdict and reason of what was judged", () => {
    for (const exitCode of [0, 99] as const) {
      const settled = settle({ kind: "completed", exitCode }, { verdict: "warning", reason: null });
      expect(settled).toStrictEqual({ state: "finished", verdict: "warning", reason: null });
    }
  });
  it("is an error when the engine ended well but left no summary", () => {
    const settled = settle({ kind: "completed", exitCode: 0 }, undefined);
    expect(settled).toMatchObject({ state: "error", verdict: null, reason: { code: "no_summary" } });
  });
});

describe("exitCodeOf", () => {
  const finished = (verdict: Verdict | null) => ({ state: "finished" as TerminalState, verdict });
  const ended = (state: TerminalState) => ({ state, verdict: null });
  const aborted = (by: "person" | "shutdown" | "spend_cap" | "script") => ({ ...ended("aborted"), aborted_by: by });

  it.each([
    [[finished("pass")], 0],
    [[finished("warning")], 0],
    [[finished("fail")], 1],
    [[finished("invalid")], 3],
    [[finished(null)], 4],
    [[ended("error")], 4],
    [[ended("lost")], 4],
    [[ended("skipped")], 4],
    [[ended("aborted")], 4],
    [[aborted("person")], 130],
    [[aborted("shutdown")], 130],
    [[aborted("spend_cap")], 4],
    [[aborted("script")], 4],
    [[], 4],
    [[finished("pass"), finished("warning")], 0],
    [[finished("pass"), finished("invalid")], 3],
    [[finished("invalid"), ended("error")], 4],
    [[ended("error"), finished("fail"), finished("invalid")], 1],
    [[finished("fail"), aborted("person")], 130],
  ])("of %j is %d", (records, expected) => {
    expect(exitCodeOf(records)).toBe(expected);
    expect(exitCodeOf(records.toReversed())).toBe(expected);
  });
});
