import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abortedOutcome, outcomeOf, type Ending } from "./outcome.ts";

const plain: Ending = { code: 0, signal: null, cause: { kind: "none" }, outOfMemory: false };

describe("outcomeOf", () => {
  it("judges only exit codes 0 and 99 that nobody caused, whatever else is said", () => {
    const ending = fc.record({
      code: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant(null)),
      signal: fc.constantFrom(null, "SIGKILL", "SIGTERM"),
      cause: fc.constantFrom<Ending["cause"]>(
        { kind: "none" },
        { kind: "stopped", by: "person" },
        { kind: "timeout", afterSeconds: 90 },
      ),
      outOfMemory: fc.boolean(),
      lastError: fc.string(),
    });
    fc.assert(
      fc.property(ending, (end) => {
        const judged = end.cause.kind === "none" && end.signal === null && (end.code === 0 || end.code === 99);
        expect(outcomeOf(end).kind === "completed").toBe(judged);
      }),
    );
  });

  it("names an exit code that k6 does not document, with what k6 said last", () => {
    expect(outcomeOf({ ...plain, code: 42, lastError: "so it is" })).toEqual({
      kind: "broken",
      reason: { code: "engine_exit_unknown", text: "k6 ended with the unknown exit code 42: so it is" },
    });
  });

  it("tells lack of memory from a kill", () => {
    const killed = { ...plain, code: null, signal: "SIGKILL" };
    expect(outcomeOf(killed)).toMatchObject({ reason: { code: "killed" } });
    expect(outcomeOf({ ...killed, outOfMemory: true })).toMatchObject({ reason: { code: "out_of_memory" } });
  });
});

it.each(["person", "shutdown", "spend_cap", "script"] as const)("an abort by %s has its own code", (by) => {
  expect(abortedOutcome(by)).toMatchObject({ kind: "aborted", by, reason: { code: `aborted_by_${by}` } });
});
