import fc from "fast-check";
import { expect, it } from "vitest";
import { instantOf, runIdOf, type RunId, type RunRecord, type Trigger } from "../model/index.ts";
import { idSuffix } from "../platform/ids.ts";
import { failing } from "../../test/fixtures/records/runs.ts";
import { expired, type ExpiryLimits } from "./expired.ts";
import { scenarioOf } from "./run-names.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-23T12:00:00Z");
const BASE = failing().record;

function record(daysAgo: number, scenario: string, verdict: RunRecord["verdict"]): RunRecord {
  const at = NOW - daysAgo * DAY_MS;
  const ended = new Date(at).toISOString();
  const state = verdict === null ? "error" : "finished";
  return {
    ...BASE,
    id: runIdOf(at, scenario, idSuffix(at)),
    scenario,
    verdict,
    state,
    trigger: "cron",
    ended_at: ended,
  };
}

const manual = (run: RunRecord): RunRecord => ({ ...run, trigger: "manual" });

async function goneOf(records: readonly RunRecord[], limits: Partial<ExpiryLimits>) {
  const byId = new Map(records.map((r) => [r.id as RunId, r]));
  const read: RunId[] = [];
  const ids = [...byId.keys()].sort().reverse();
  const look = (id: RunId) => {
    read.push(id);
    return Promise.resolve(byId.get(id));
  };
  const defaults = { keepRuns: 1, keepDays: 1, now: NOW, pins: new Set<RunId>(), atMost: 1000 };
  return { gone: await expired(ids, look, { ...defaults, ...limits }), read };
}

const idsOf = (records: readonly RunRecord[]) => records.map(({ id }) => id);

it("reads scenario and time from a name, of today's ids and of the shorter ones of old", () => {
  const at = Date.parse("2026-11-23T02:03:04Z");
  for (const suffix of [idSuffix(at), "4k7q"]) {
    const id = runIdOf(at, "chat-api-2", suffix);
    expect([scenarioOf(id), instantOf(id)]).toEqual(["chat-api-2", at]);
  }
});

it("removes what is too old and what is beyond the newest so many", async () => {
  const records = [1, 2, 3, 40, 50].map((days) => record(days, "a", "pass"));
  const ids = idsOf(records);
  expect((await goneOf(records, { keepRuns: 100, keepDays: 30 })).gone).toEqual(ids.slice(3));
  expect((await goneOf(records, { keepRuns: 2, keepDays: 365 })).gone).toEqual(ids.slice(2));
  expect((await goneOf(records, { keepRuns: 5, keepDays: 51 })).gone).toEqual([]);
});

it("counts the days from the end of a run, not from its name", async () => {
  const long = { ...record(31, "a", "pass"), ended_at: new Date(NOW - 29 * DAY_MS).toISOString() };
  const records = [record(1, "a", "pass"), long];
  expect((await goneOf(records, { keepRuns: 9, keepDays: 30 })).gone).toEqual([]);
  expect((await goneOf(records, { keepRuns: 9, keepDays: 28 })).gone).toEqual([long.id]);
});

it("39: never removes a pinned baseline, however old", async () => {
  const records = [record(1, "a", "pass"), record(300, "a", "pass"), record(400, "a", "pass")];
  const pins = new Set([records[2]!.id as RunId]);
  expect((await goneOf(records, { pins })).gone).toEqual([records[1]!.id]);
});

it("39: never removes the newest failure of a scenario and trigger, however old", async () => {
  const records = [
    record(1, "a", "pass"),
    manual(record(2, "a", "fail")),
    record(300, "a", "fail"),
    record(400, "a", "fail"),
    record(500, "a", null),
    manual(record(600, "a", "fail")),
  ];
  expect((await goneOf(records, {})).gone).toEqual(idsOf(records.slice(3)));
});

it("counts a run without verdict, by error or loss, as a failure", async () => {
  const lost: RunRecord = { ...record(300, "a", null), state: "lost" };
  const records = [record(1, "a", "pass"), lost, record(400, "a", "fail")];
  expect((await goneOf(records, {})).gone).toEqual([records[2]?.id]);
});

it("39: never removes the newest judged run of a scenario and trigger, behind runs that say nothing", async () => {
  const records = [record(1, "a", "invalid"), record(2, "a", null), record(3, "a", "pass"), record(4, "a", "pass")];
  expect((await goneOf(records, {})).gone).toEqual([records[3]?.id]);
});

it("never removes the newest record of a scenario that no longer runs", async () => {
  const records = [record(1, "a", "pass"), record(2, "a", "pass"), record(700, "retired", "pass")];
  expect((await goneOf(records, {})).gone).toEqual([records[1]?.id]);
});

it("passes over what has no readable record, and gives no more than asked", async () => {
  const records = [1, 2, 3, 4, 5].map((days) => record(days, "a", "pass"));
  const ids = idsOf(records) as RunId[];
  const read = (id: RunId) => Promise.resolve(id === ids[2] ? undefined : records.find((r) => r.id === id));
  const limits = { keepRuns: 1, keepDays: 1, now: NOW, pins: new Set<RunId>(), atMost: 2 };
  expect(await expired(ids, read, limits)).toEqual([ids[1], ids[3]]);
});

it("reads nothing while nothing is due, and hardly more than is removed", async () => {
  const records = Array.from({ length: 3000 }, (_, index) => record(index / 24, `s${index % 7}`, "pass"));
  expect((await goneOf(records, { keepRuns: 5000, keepDays: 200 })).read).toEqual([]);
  const { gone, read } = await goneOf(records, { keepRuns: 2900, keepDays: 200 });
  expect(gone).toHaveLength(100);
  expect(read.length).toBeLessThanOrEqual(107);
});

const triggers = fc.constantFrom<Trigger>("cron", "manual");
const verdicts = fc.constantFrom<RunRecord["verdict"]>("pass", "fail", "warning", "invalid", null);
const anyRecord = fc
  .tuple(fc.integer({ min: 0, max: 900 }), fc.constantFrom("a", "b", "c"), verdicts, triggers)
  .map(([days, scenario, verdict, trigger]) => ({ ...record(days, scenario, verdict), trigger }));
const anyRecords = fc.uniqueArray(anyRecord, { maxLength: 40, selector: (r) => r.id });

it("39: whatever there is, keeps the newest, the newest judged and the newest failure of each, and removes the rest", async () => {
  const isJudged = (r: RunRecord): boolean => r.verdict !== null && r.verdict !== "invalid";
  const isFailure = (r: RunRecord): boolean => r.verdict === "fail" || r.state === "error";
  await fc.assert(
    fc.asyncProperty(anyRecords, fc.nat(20), fc.nat(400), async (records, keepRuns, keepDays) => {
      const newestFirst = [...records].sort((a, b) => (a.id < b.id ? 1 : -1));
      const times = [NOW, ...newestFirst.map(({ id }) => instantOf(id as RunId))];
      const afterGap = times.find((at, i) => at - (times[i + 1] ?? at) > 4 * keepDays * DAY_MS) ?? -Infinity;
      const isBelieved = NOW - afterGap >= DAY_MS;
      const { gone } = await goneOf(records, { keepRuns, keepDays });
      const needed = new Set<string>();
      for (const scenario of ["a", "b", "c"]) {
        for (const trigger of ["cron", "manual"]) {
          const own = newestFirst.filter((r) => r.scenario === scenario && r.trigger === trigger);
          for (const r of [own[0], own.find(isJudged), own.find(isFailure)]) if (r !== undefined) needed.add(r.id);
        }
      }
      const isOld = (r: RunRecord): boolean => isBelieved && Date.parse(r.ended_at) < NOW - keepDays * DAY_MS;
      const due = newestFirst.filter((r, i) => i >= keepRuns || isOld(r));
      expect(gone).toEqual(idsOf(due).filter((id) => !needed.has(id)));
    }),
    { numRuns: 300 },
  );
});

it("2: an hour of a clock that is years ahead makes nothing too old; a day of it does", async () => {
  const records = [1, 2, 3, 40, 50].map((days) => record(days, "a", "pass"));
  const ahead = [record(-1800, "a", "pass"), record(-1800.02, "a", "pass"), ...records];
  const limits = { keepRuns: 100, keepDays: 30 };
  expect((await goneOf(ahead, { ...limits, now: NOW + 1800.1 * DAY_MS })).gone).toEqual([]);
  expect((await goneOf(records, { ...limits, now: NOW + 1800 * DAY_MS })).gone).toEqual([]);
  expect((await goneOf(ahead, { ...limits, now: NOW + 1801.1 * DAY_MS })).gone).toEqual(idsOf(records));
});

it("runs that are always further apart than they are kept do not stay for that", async () => {
  const monthly = [0, 30, 60, 90].map((days) => record(days, "a", "pass"));
  expect((await goneOf(monthly, { keepRuns: 100, keepDays: 14 })).gone).toEqual(idsOf(monthly.slice(1)));
});
