import { expect, it } from "vitest";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";
import { orderOf, recordOf } from "../../test/support/store-samples.ts";
import type { Config, RunRecord, ScheduleState } from "../model/index.ts";
import type { Glimpse } from "./glimpse.ts";
import { createHistory } from "./history.ts";
import { createTimetable } from "./timetable.ts";

const at = (text: string): number => Date.parse(`${text}Z`);
const NOW = at("2026-11-23T12:00");
const NIGHTLY = { cron: "0 2 * * *", timezone: "UTC", overlap: "skip", catchUpSeconds: 3600 } as const;

/** By when a nightly scenario, known since January, must give a verdict. */
function deadlineAfter(runs: readonly RunRecord[]): number | undefined {
  const scenario = scenarioOf("chat-api", { schedule: { ...NIGHTLY, jitterSeconds: 0, blackouts: [], paused: false } });
  const history = createHistory(() => NOW);
  for (const run of runs) history.note({ ...run, target: scenario.target.name });
  const state: ScheduleState = { scenario: "chat-api", knownSince: at("2026-01-01T00:00") };
  const glimpse = { schedule: () => state, pausedUntil: () => undefined, version: () => "" } as unknown as Glimpse;
  const config = { scenarios: { "chat-api": scenario }, queue: { concurrentRuns: 1 } } as unknown as Config;
  return createTimetable({ config: () => config, glimpse, history, now: () => NOW })().get("chat-api")?.deadline;
}

const night = recordOf(orderOf(1, { trigger: "cron" }));

it("5: a verdict of 2031 neither mutes the alarm nor raises it: what counts is the one before it", () => {
  const deadline = deadlineAfter([night]);
  expect(deadline).toBeGreaterThan(at("2026-11-25T02:00"));
  expect(
    deadlineAfter([night, { ...night, id: "20311126T020000Z-chat-api-aaaa", ended_at: "2031-11-26T02:10:00Z" }]),
  ).toBe(deadline);
});

it("5: a run that ended while the clock stood in 2031 counts from when it was asked for", () => {
  const deadline = deadlineAfter([night])!;
  expect(deadlineAfter([{ ...night, ended_at: "2031-11-26T02:10:00Z" }])).toBe(deadline);
});
