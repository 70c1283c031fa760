import { describe, expect, it } from "vitest";
import { aborted, broken, failing, invalid, passing } from "../../test/fixtures/records/runs.ts";
import type { Uptime } from "../model/index.ts";
import { targetRows, type TargetRow } from "./targets.ts";
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

describe("the uptime of the target", () => {
  const standing: Uptime = {
    ...{ target: "chatbot", windowSeconds: 2_592_000, value: 0.9989, coverage: 1, probes: 172_800 },
    objective: { measurement: "uptime", comparator: ">=", limit: 0.999, condition: ">= 99.9%" },
    ...{ verdict: "warning", reason: "It was narrowly missed." },
  };
  const rowOf = (uptime?: Uptime): TargetRow | undefined => targetRows(passing().record, uptime)[4];

  it("stands in its row, never rounded onto its limit", () => {
    expect(rowOf(standing)).toMatchObject({ target: ">= 99.9%", current: "99.89 %", tone: "warning" });
    expect(rowOf({ ...standing, value: 0.99899, verdict: "warning" })?.current).not.toBe("99.9 %");
  });

  it("is no pass before it is judged, and no number before it is measured", () => {
    expect(rowOf({ ...standing, verdict: "invalid" })).toMatchObject({ tone: "none", status: "Not judged" });
    const { objective, verdict } = { ...standing, verdict: "invalid" as const };
    const unknown: Uptime = {
      target: "chatbot",
      windowSeconds: 60,
      objective: objective!,
      verdict,
      reason: "No Prometheus.",
    };
    expect(rowOf(unknown)).toMatchObject({ current: "–", status: "Not measured", reason: "No Prometheus." });
    expect(rowOf({ ...unknown, value: 1 })?.status).toBe("Not judged");
    expect(rowOf()).toMatchObject({ status: "Not measured" });
  });
});

it("tells in one sentence why", () => {
  expect(whyOf(passing().record)).toBe("All 4 objectives were met.");
  expect(whyOf(broken().record)).toContain("ReferenceError");
  expect(whyOf({ ...failing().record, reason: null })).toContain("times the limit of 200 ms");
  expect(outcomeOf({ ...broken().record, state: "lost" }).word).toBe("Lost");
});
