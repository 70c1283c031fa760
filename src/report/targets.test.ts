import { expect, it } from "vitest";
import { aborted, broken, failing, invalid, passing } from "../../test/fixtures/records/runs.ts";
import { targetRows } from "./targets.ts";
import { outcomeOf, whyOf } from "./words.ts";

const FIVE = ["P95 Latency", "P99 Latency", "Concurrent Users", "Cost Reduction (w/ cache)", "Uptime"];

it("always shows the five rows of the user's table first, then the other objectives", () => {
  for (const run of [passing(), failing(), invalid(), broken(), aborted()]) {
    expect(
      targetRows(run.record)
        .map((row) => row.metric)
        .slice(0, 5),
    ).toEqual(FIVE);
  }
  expect(
    targetRows(passing().record)
      .map((row) => row.metric)
      .slice(5),
  ).toEqual(["Error rate"]);
});

it("says pass only of an objective that was judged to pass", () => {
  for (const run of [invalid(), broken(), aborted()]) {
    const passed = run.record.objectives.filter((o) => o.verdict === "pass").length;
    expect(targetRows(run.record).filter((row) => row.tone === "pass")).toHaveLength(passed);
  }
  expect(targetRows(broken().record).every((row) => row.tone === "none" && row.status === "Not measured")).toBe(true);
});

it("shows what an unfinished run measured as not judged, and claims nothing of its targets", () => {
  const [p95] = targetRows(aborted().record);
  expect(p95).toMatchObject({ target: "–", tone: "none", status: "Not judged" });
  expect(p95?.current).toMatch(/ms$/);
});

it("gives an objective without a value no number and the fourth sign", () => {
  const p99 = targetRows(invalid().record)[1];
  expect(p99).toMatchObject({ target: "< 500ms", current: "–", tone: "none", status: "Not measured" });
  expect(p99?.reason).toContain("needs at least 1,000");
});

it("never rounds a value onto the limit that it missed", () => {
  const { record } = failing();
  const objectives = record.objectives.map((o) =>
    o.measurement === "latency_p95" ? { ...o, value: 0.2004, verdict: "warning" as const } : o,
  );
  expect(targetRows({ ...record, objectives })[0]?.current).toBe("200.4 ms");
});

it("tells in one sentence why", () => {
  expect(whyOf(passing().record)).toBe("All 4 objectives were met.");
  expect(whyOf(broken().record)).toContain("ReferenceError");
  expect(whyOf({ ...failing().record, reason: null })).toContain("times the limit of 200 ms");
  expect(outcomeOf({ ...broken().record, state: "lost" }).word).toBe("Lost");
});
