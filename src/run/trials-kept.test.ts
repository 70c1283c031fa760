import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { factsOf } from "../../test/support/facts.ts";
import type { Engine, Load, RunId, RunRecord, Scenario } from "../model/index.ts";
import { planFor } from "../plan/index.ts";
import { createRecords, createRunFolders } from "../record/index.ts";
import { executeRun } from "./execute.ts";
import { recoverFolders } from "./recover-folders.ts";

const ID = "20261123T020000Z-knee-4k7q" as RunId;
const OWNER = { host: "here", pid: 7, startTime: "1" };
const LOAD: Load = {
  ...{ pattern: "stress", users: 20, ladder: { levels: [10, 20] } },
  ...{ warmup: { seconds: 5, users: 20 }, stages: [{ seconds: 100, users: 20 }] },
};
const SCENARIO: Scenario = {
  ...{ name: "knee", script: "/s.js", load: LOAD, objectives: [], params: {}, env: {}, secrets: {} },
  target: { name: "bot", baseUrl: "http://127.0.0.1:8000" },
};
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** Runs the ladder; `during` is called while each trial makes its load. */
async function run(folder: string, during: (index: number) => Promise<void>): Promise<RunRecord> {
  const engine: Engine = {
    name: "k6",
    version: () => Promise.resolve({ version: "2.2.0" }),
    inspect: () => Promise.reject(new Error("not asked")),
    endLeftOver: () => Promise.resolve({ ended: 0 }),
    async run({ index }) {
      await during(index);
      const outcome = { kind: "completed", exitCode: 0 } as const;
      return { outcome, startedAt: 1_000, endedAt: 2_000, failedPushes: 0, facts: factsOf(500) };
    },
  };
  const never = new AbortController().signal;
  const { record } = await executeRun(
    { id: ID, scenario: SCENARIO, trigger: "manual" },
    {
      ...{ engine, records: createRecords(folder), plan: planFor(SCENARIO), owner: OWNER, stop: never, kill: never },
      clock: { now: () => 5_000, sleep: () => Promise.resolve() },
      survey: ({ engine: name }) => Promise.resolve({ environment: { engine: name }, findings: [] }),
      ...{ onState: () => undefined, onProgress: () => undefined, onRecorded: () => undefined },
    },
  );
  return record;
}

it("each trial of a ladder is on disk before the next begins: whoever finds the run lost tells it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chatbench-trials-"));
  folders.push(folder);
  const runFolders = createRunFolders(folder);
  const found: RunRecord[] = [];
  const recover = () =>
    recoverFolders({
      ...{ folders: runFolders, instance: { host: "here" }, log: LOG },
      engine: { endLeftOver: () => Promise.resolve({ ended: 0 }) },
      ledger: { enter: (record) => Promise.resolve(void found.push(record)) },
      isAlive: () => Promise.resolve(false),
      clock: { now: () => 9_000, sleep: () => Promise.resolve() },
    });
  const record = await run(folder, async () => {
    await recover();
  });
  const [first, second] = found;
  expect(first).toMatchObject({ state: "lost", verdict: null, trials: [] });
  expect(second).toMatchObject({ state: "lost", verdict: null, reason: { code: "daemon_died" } });
  expect(second?.trials).toEqual(record.trials.slice(0, 1));
  expect(second?.ladder?.steps).toEqual(record.ladder?.steps.slice(0, 1));
  expect(record.trials).toHaveLength(2);
  expect((await runFolders.opened(ID))?.soFar).toBeUndefined();
});
