import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Config, ObjectiveResult, RunId, RunRecord, RunStore, Verdict } from "../model/index.ts";
import { record } from "../../test/support/exporter-facts.ts";
import { createMemoryStore } from "../../test/support/memory-store.ts";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";
import { createHistory, type History } from "./history.ts";
import { restoreFromFiles, restoreFromStore } from "./restore.ts";

const NAME = "chat-api";
const QUIET = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const held = { folder: "" };

beforeEach(async () => {
  held.folder = await mkdtemp(join(tmpdir(), "chatbench-restore-"));
});
afterEach(async () => {
  await rm(held.folder, { recursive: true, force: true });
});

const said = (measurement: string, verdict: Verdict): ObjectiveResult => ({
  ...{ measurement, condition: "< 1", limit: 1, verdict, reason: "So it was." },
  ...(verdict === "invalid" ? {} : { value: 0.5 }),
});

/** The nth run of November: of its P95 and of its errors. */
function run(n: number, [p95, errors]: readonly [Verdict, Verdict], over: Partial<RunRecord> = {}): RunRecord {
  const [day, hour] = [String(1 + Math.floor(n / 20)), String(n % 20)].map((part) => part.padStart(2, "0"));
  return record({
    ...{ id: `202611${day}T${hour}0000Z-${NAME}-aaaa`, verdict: errors === "fail" ? "fail" : p95 },
    objectives: [said("latency_p95", p95), said("error_rate", errors)],
    ...over,
  });
}

async function keep(runs: readonly RunRecord[]): Promise<void> {
  for (const one of runs) {
    await mkdir(join(held.folder, one.id));
    await writeFile(join(held.folder, one.id, "record.json"), JSON.stringify(one));
  }
}

async function fromFiles(): Promise<History> {
  const scenario = scenarioOf(NAME);
  const schedule = { cron: "0 2 * * *", timezone: "UTC", paused: false };
  const scenarios = { [NAME]: { ...scenario, target: { ...scenario.target, name: "chatbot" }, schedule } };
  const history = createHistory();
  await restoreFromFiles(history, { scenarios, results: { folder: held.folder } } as unknown as Config, QUIET);
  return history;
}

const NIGHTS = { scenario: NAME, target: "chatbot", trigger: "cron" } as const;
const asked = (from: number, count: number): readonly RunRecord[] =>
  Array.from({ length: count }, (_, at) => run(from + at, ["pass", "pass"], { trigger: "pull_request" }));

it("nights are found behind any number of pull requests, and enough of them to say twice in a row", async () => {
  await keep([run(1, ["fail", "pass"]), run(2, ["fail", "pass"]), ...asked(3, 70)]);
  const nights = (await fromFiles()).of(NIGHTS);
  expect(nights).toMatchObject({ judged: { verdict: "fail" }, consecutiveMissed: 2, lastTwoFailed: 2 });
});

it("what the last nights could not measure is found behind them", async () => {
  const errors = Array.from({ length: 30 }, (_, at) => run(2 + at, ["invalid", "fail"]));
  await keep([run(1, ["fail", "pass"]), ...errors]);
  const measured = (await fromFiles()).of(NIGHTS)?.measured.map(({ result }) => [result.measurement, result.verdict]);
  expect(measured).toEqual([
    ["latency_p95", "fail"],
    ["error_rate", "fail"],
  ]);
});

it("the database tells what the last nights could not measure, and how often in a row they missed, warnings too", async () => {
  const store = createMemoryStore(() => 0);
  const runs = [
    run(1, ["fail", "pass"]),
    run(2, ["warning", "pass"]),
    run(3, ["invalid", "fail"]),
    run(4, ["invalid", "fail"]),
  ];
  const found: RunStore = {
    ...store,
    latest: () => Promise.resolve(runs.slice(-1)),
    list: () => Promise.resolve([...runs].reverse()),
    find: (id: RunId) => Promise.resolve({ record: runs.find((one) => one.id === id)! }),
  };
  const history = createHistory();
  await restoreFromStore(history, found);
  expect(history.of(NIGHTS)).toMatchObject({
    ...{ consecutiveMissed: 4, consecutiveFailed: 2, lastTwoFailed: 2 },
    measured: [{ result: { verdict: "warning" } }, { result: { verdict: "fail" } }],
  });
});
