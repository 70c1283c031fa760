import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunRecord } from "../model/index.ts";
import { failing } from "../../test/fixtures/records/runs.ts";
import { expired } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-23T12:00:00Z");
const BASE = failing().record;

function record(daysAgo: number, scenario: string, verdict: RunRecord["verdict"]): RunRecord {
  const ended = new Date(NOW - daysAgo * DAY_MS).toISOString();
  const stamp = ended.slice(0, 19).replaceAll(/[-:]/g, "");
  const state = verdict === null ? "error" : "finished";
  return { ...BASE, id: `${stamp}Z-${scenario}-aaaa`, scenario, verdict, state, ended_at: ended };
}

it("removes what is too old and what is beyond the newest so many", () => {
  const records = [1, 2, 3, 40, 50].map((days) => record(days, "a", "pass"));
  const ids = records.map((r) => r.id);
  expect(expired(records, { keepRuns: 100, keepDays: 30, now: NOW })).toEqual(ids.slice(3));
  expect(expired(records, { keepRuns: 2, keepDays: 365, now: NOW })).toEqual(ids.slice(2));
  expect(expired(records, { keepRuns: 5, keepDays: 50, now: NOW })).toEqual([]);
});

it("never removes the newest failure, however old", () => {
  const records = [record(1, "a", "pass"), record(300, "a", "fail"), record(400, "a", "fail"), record(500, "a", null)];
  expect(expired(records, { keepRuns: 1, keepDays: 1, now: NOW })).toEqual([records[2]?.id, records[3]?.id]);
});

it("counts a run without verdict, by error or loss, as a failure", () => {
  const lost: RunRecord = { ...record(300, "a", null), state: "lost" };
  const records = [record(1, "a", "pass"), lost, record(400, "a", "fail")];
  expect(expired(records, { keepRuns: 1, keepDays: 1, now: NOW })).toEqual([records[2]?.id]);
});

it("never removes the newest record of a scenario that no longer runs", () => {
  const records = [record(1, "a", "pass"), record(2, "a", "pass"), record(700, "retired", "pass")];
  expect(expired(records, { keepRuns: 1, keepDays: 1, now: NOW })).toEqual([records[1]?.id]);
});

const anyRecord = fc
  .tuple(
    fc.integer({ min: 0, max: 900 }),
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom<RunRecord["verdict"]>("pass", "fail", "warning", "invalid", null),
  )
  .map(([days, scenario, verdict]) => record(days, scenario, verdict));
const anyRecords = fc.uniqueArray(anyRecord, { maxLength: 40, selector: (r) => r.id });

it("keeps the newest record and the newest failure of each scenario, in any order of the list", () => {
  fc.assert(
    fc.property(anyRecords, fc.nat(20), fc.nat(400), (records, keepRuns, keepDays) => {
      const limits = { keepRuns, keepDays, now: NOW };
      const gone = expired(records, limits);
      expect(expired([...records].reverse(), limits)).toEqual(gone);
      for (const scenario of ["a", "b", "c"]) {
        const own = records.filter((r) => r.scenario === scenario).sort((a, b) => (a.id < b.id ? 1 : -1));
        expect(gone).not.toContain(own[0]?.id);
        expect(gone).not.toContain(own.find((r) => r.verdict === "fail" || r.state === "error")?.id);
      }
    }),
  );
});
