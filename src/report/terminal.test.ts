import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import type { RunRecord, RunSummary } from "../model/index.ts";
import { failing, hostile, invalid, passing, warning, aborted, broken } from "../../test/fixtures/records/runs.ts";
import { renderList, renderRun, widthOf } from "./terminal.ts";

const ALL = [passing(), warning(), failing(), invalid(), broken(), aborted(), hostile()].map((run) => run.record);
const PLAIN = { colour: false, width: 80 };
const COLOUR = { colour: true, width: 80 };

it("prints the verdict, why, and the user's table in plain words", () => {
  const { record } = failing();
  expect(renderRun(record, PLAIN).split("\n").slice(0, 7)).toEqual([
    "FAIL chat-spike  chatbot, 23 Nov 2026, 03:30 UTC, lasted 3 min 24 s",
    "P95 latency, P99 latency, concurrent users and error rate missed their targets",
    "by more than 10 %.",
    "",
    "Metric                     Target    Current  Status",
    "-------------------------  --------  -------  ------",
    "P95 Latency                < 200ms   2.22 s   FAIL",
  ]);
});

it("is pure ASCII without colour, whatever the record holds", () => {
  const odd = { ...passing().record, target: "größe\u001b[31m\u0007\r\nFAIL", scenario: "日本" };
  for (const record of [...ALL, odd]) expect(renderRun(record, PLAIN)).toMatch(/^[\n\x20-\x7e]*$/);
  expect(renderList([...ALL, odd], PLAIN)).toMatch(/^[\n\x20-\x7e]*$/);
});

it("lets no text of a record move the cursor or begin a line", () => {
  const record = {
    ...failing().record,
    target: "x\u001b[2J\u009b31m\nPASS",
    reason: { code: "target_failed" as const, text: "a\u001b]0;t\u0007\u2028b" },
  };
  const lines = stripVTControlCharacters(renderRun(record, COLOUR)).split("\n");
  expect(lines.join("\n")).not.toMatch(/[^\n\P{Cc}]|[\u2028\u2029]/u);
  expect(lines.some((line) => line.startsWith("PASS"))).toBe(false);
});

it("aligns the status column beside signs of any width", () => {
  for (const record of ALL) {
    const lines = stripVTControlCharacters(renderRun(record, COLOUR)).split("\n");
    const start = lines.findIndex((line) => line.startsWith("Metric"));
    const column = widthOf(lines[start]?.split("Status")[0] ?? "");
    const rows = lines.slice(start + 2, lines.indexOf("", start));
    for (const row of rows) expect(widthOf(row.slice(0, row.search(/✅|⚠️|❌|⚪/u)))).toBe(column);
  }
});

it("counts columns as terminals do", () => {
  expect(["✅", "⚠️", "❌", "⚪", "a", "日", "é", "e\u0301", ""].map(widthOf)).toEqual([2, 2, 2, 2, 1, 2, 1, 1, 0]);
});

it("lists runs in the order given, and says when there are none", () => {
  const lines = renderList(ALL, PLAIN).split("\n");
  expect(lines).toHaveLength(ALL.length + 1);
  expect(lines[1]).toMatch(/^20261123T020000Z-chat-api-4k7q {4}Pass {5}147 ms +0\.0\d+ %$/);
  expect(renderList([], PLAIN)).toBe("No runs yet.");
});

it("lists runs that have not ended among the others", () => {
  const queued: RunSummary = {
    id: "20261123T100000Z-chat-api-q001",
    scenario: "chat-api",
    target: "chatbot",
    trigger: "manual",
    state: "queued",
    verdict: null,
    reason: null,
    measurements: {},
  };
  const lines = renderList([queued, { ...queued, state: "running" }, passing().record], PLAIN).split("\n");
  expect(lines[1]).toMatch(/^20261123T100000Z-chat-api-q001 {2}Queued {3}- +-$/);
  expect(lines[2]).toContain("Running");
  expect(lines[3]).toContain("Pass");
  expect(renderList([queued], COLOUR)).toContain("🔵");
});

it("tells of each end what its times mean", () => {
  const { record } = broken();
  const head = (changed: Partial<RunRecord>): string =>
    renderRun({ ...record, ...changed }, PLAIN).split("\n")[0] ?? "";
  expect(head({ state: "lost" })).toBe("LOST my-chat  chatbot, 23 Nov 2026, 09:01 UTC, found lost 1 s after it began");
  expect(head({ state: "skipped" })).toBe("SKIPPED my-chat  chatbot, 23 Nov 2026, 09:01 UTC");
  expect(head({ state: "aborted" })).toContain("stopped after 1 s");
  expect(head({ state: "aborted", ended_at: record.started_at })).toContain("stopped before it began");
});
