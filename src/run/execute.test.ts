import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectiveObjectives } from "../judge/index.ts";
import { factsOf, factsWithFailures, objectiveOf, timelineOf, times } from "../../test/support/facts.ts";
import {
  reason,
  type Engine,
  type LoadFacts,
  type Objective,
  type Reason,
  type RunId,
  type RunRecord,
  type Scenario,
  type SeriesReader,
  type Timeline,
  type TrialOutcome,
  type TrialResult,
} from "../model/index.ts";
import { planFor } from "../plan/index.ts";
import { parseRecord } from "../record/shape.ts";
import { executeRun, type RunDeps } from "./index.ts";

const ID = "20261123T020000Z-chat-api-4k7q" as RunId;
const LOAD = {
  pattern: "smoke",
  users: 5,
  warmup: { seconds: 5, users: 5 },
  stages: [{ seconds: 100, users: 5 }],
} as const;
const COMPLETED: TrialOutcome = { kind: "completed", exitCode: 0 };

function scenarioOf(objectives: readonly Objective[]): Scenario {
  const target = { name: "bot", baseUrl: "http://127.0.0.1:8000" };
  return { name: "chat-api", script: "/s.js", target, load: LOAD, objectives, params: {}, env: {}, secrets: {} };
}
function resultOf(outcome: TrialOutcome, facts?: LoadFacts, timeline?: Timeline): TrialResult {
  const known = { ...(facts && { facts }), ...(timeline && { timeline }) };
  return { outcome, startedAt: 1000, endedAt: 2000, failedPushes: 0, ...known };
}
function engineOf(result: () => TrialResult): Engine {
  return {
    name: "k6",
    version: async () => Promise.resolve({ version: "2.2.0" }),
    inspect: async () => Promise.reject(new Error("not asked")),
    run: async () => Promise.resolve().then(result),
    endLeftOver: () => Promise.resolve({ ended: 0 }),
  };
}

interface Told {
  readonly record: RunRecord;
  readonly problem?: Reason;
  /** Texts of record.json, in the order of writing; only what could be read back is written. */
  readonly written: readonly string[];
}
async function run(engine: Engine, objectives: readonly Objective[] = [], more: Partial<RunDeps> = {}): Promise<Told> {
  const written: string[] = [];
  const scenario = scenarioOf(objectives);
  const { record, problem } = await executeRun(
    { id: ID, scenario, trigger: "manual" },
    {
      engine,
      records: {
        open: async () => Promise.resolve({ folder: "/results" }),
        save: async (saved) => {
          const text = JSON.stringify(saved);
          const parsed = parseRecord(text);
          if ("problem" in parsed) return Promise.resolve({ problem: reason("internal", parsed.problem) });
          written.push(text);
          return Promise.resolve({});
        },
        saveTrials: async () => Promise.resolve(),
        saveTimeline: async () => Promise.resolve(),
        saveResources: async () => Promise.resolve(),
      },
      clock: { now: () => 5000, sleep: async () => Promise.resolve() },
      plan: planFor(scenario),
      owner: { host: "here", pid: 7, startTime: "1" },
      survey: ({ engine: name }) => Promise.resolve({ environment: { engine: name }, findings: [] }),
      onState: () => undefined,
      stop: new AbortController().signal,
      kill: new AbortController().signal,
      onProgress: () => undefined,
      onRecorded: () => undefined,
      ...more,
    },
  );
  return { record, written, ...(problem && { problem }) };
}

describe("a run", () => {
  it("passes with its whole record on disk", async () => {
    const { record, written } = await run(
      engineOf(() => resultOf(COMPLETED, factsOf(500))),
      [objectiveOf("latency_p95", "< 1")],
    );
    expect(record).toMatchObject({ state: "finished", verdict: "pass", reason: null });
    expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
  });

  it("is an error, on disk, when the engine throws", async () => {
    const { record, written } = await run(
      engineOf(() => {
        throw new Error("boom");
      }),
    );
    expect(record).toMatchObject({ state: "error", verdict: null, reason: { code: "internal" } });
    expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
  });

  it("is an error, on disk, when the engine cannot even say what it is", async () => {
    const engine = { ...engineOf(() => resultOf(COMPLETED)), version: async () => Promise.reject(new Error("boom")) };
    const { record, written } = await run(engine);
    expect(record).toMatchObject({ state: "error", verdict: null, reason: { code: "internal" } });
    expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
  });

  it("is on disk, without the numbers, when they are such as no record can hold", async () => {
    const facts = { ...factsOf(500), requestsInAll: Number.NaN };
    const { record, written } = await run(engineOf(() => resultOf(COMPLETED, facts)));
    expect(record).toMatchObject({ state: "error", verdict: null, reason: { code: "bad_summary" }, measurements: {} });
    expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
  });

  it("tells where the record could not be written anew with what was read back", async () => {
    const full = reason("storage", "There is no space left for record.json.");
    let saves = 0;
    const records: RunDeps["records"] = {
      open: async () => Promise.resolve({ folder: "/results" }),
      save: async () => Promise.resolve((saves += 1) === 1 ? {} : { problem: full }),
      saveTrials: async () => Promise.resolve(),
      saveTimeline: async () => Promise.resolve(),
      saveResources: async () => Promise.resolve(),
    };
    const engine = engineOf(() => resultOf(COMPLETED, factsOf(500)));
    const { record, problem } = await run(engine, [], { records });
    expect(saves).toBe(2);
    expect(record).toMatchObject({ state: "finished", verdict: "pass" });
    expect(problem).toStrictEqual(full);
  });

  it("keeps its verdict when the reader of the series throws", async () => {
    const reader: SeriesReader = { requestsOf: async () => Promise.reject(new Error("boom")) };
    const prometheus = { url: "http://127.0.0.1:9090", reader };
    const { record, written } = await run(
      engineOf(() => resultOf(COMPLETED, factsOf(500))),
      [],
      { prometheus },
    );
    expect(record).toMatchObject({ verdict: "pass", telemetry: { prometheus: "incomplete" } });
    expect(record.telemetry.reason).toContain("boom");
    expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
  });

  it.each([
    ["broken", { kind: "broken", reason: reason("killed", "Killed.") }, "error", "killed"],
    [
      "aborted",
      { kind: "aborted", by: "person", reason: reason("aborted_by_person", "Stopped.") },
      "aborted",
      "aborted_by_person",
    ],
  ] as const)("has no verdict when its trial was %s, whatever its numbers say", async (...[, outcome, state, code]) => {
    const { record } = await run(engineOf(() => resultOf(outcome, factsOf(500))));
    expect(record).toMatchObject({ state, verdict: null, reason: { code } });
    expect(record.objectives.map(({ verdict }) => verdict)).not.toContain("pass");
  });
});

const ODD = fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 0, 0.5, 1e308, 7);

/** Sound facts, of which some number may then have gone wrong. */
const anyFacts: fc.Arbitrary<LoadFacts> = fc
  .tuple(fc.integer({ min: 0, max: 2500 }), fc.integer({ min: 0, max: 40 }), fc.option(fc.tuple(fc.nat(60), ODD)))
  .map(([count, failed, odd]) => {
    const facts = factsWithFailures(Math.max(count, failed), failed);
    return odd === null ? facts : withNumber(facts, ...odd);
  });

function withNumber(facts: LoadFacts, which: number, value: number): LoadFacts {
  let index = 0;
  const text = JSON.stringify(facts, (_, inner: unknown) =>
    typeof inner === "number" && index++ === which ? `odd` : inner,
  );
  return JSON.parse(text, (_, inner: unknown) => (inner === "odd" ? value : inner)) as LoadFacts;
}
const anyTimeline = fc.option(
  fc
    .tuple(fc.nat(5), fc.oneof(fc.nat(30), ODD))
    .map(([users, answers]) =>
      timelineOf(times(100, users), () => times(Number.isInteger(answers) ? Math.max(0, answers % 50) : 3, 0.1)),
    ),
  { nil: undefined },
);
const anyOutcome = fc.oneof(
  { weight: 6, arbitrary: fc.constant(COMPLETED) },
  { weight: 1, arbitrary: fc.constant<TrialOutcome>({ kind: "completed", exitCode: 99 }) },
  { weight: 1, arbitrary: fc.constant<TrialOutcome>({ kind: "broken", reason: reason("killed", "Killed.") }) },
  {
    weight: 1,
    arbitrary: fc.constant<TrialOutcome>({
      kind: "aborted",
      by: "script",
      reason: reason("aborted_by_script", "Ended."),
    }),
  },
);
const CONDITIONS = [
  "latency_p50 < 1",
  "latency_p95 < 0.05",
  "latency_p99 >= 0",
  "error_rate < 0.5",
  "throughput > 1",
  "requests > 10",
  "conversations >= 1",
  "concurrent_users >= 2",
  "dropped_iterations < 1",
  "k6.mine.avg < 1",
  "nonsense < 1",
];
const anyObjectives = fc.subarray(CONDITIONS).map((all) =>
  all.map((text) => {
    const [name = "", ...condition] = text.split(" ");
    return objectiveOf(name, condition.join(" "));
  }),
);

/** What must hold of a record that says `pass` or `warning`. */
function expectEarned(record: RunRecord, objectives: readonly Objective[]): void {
  expect(record.state).toBe("finished");
  expect(record.trials[0]?.outcome.kind).toBe("completed");
  expect(record.trials[0]?.facts?.requests.count).toBeGreaterThan(0);
  for (const { measurement } of effectiveObjectives(objectives)) {
    const judged = record.objectives.find((result) => result.measurement === measurement);
    expect(["pass", "warning"]).toContain(judged?.verdict);
    expect(Number.isFinite(judged?.value)).toBe(true);
    expect(judged?.value).toBe(record.measurements[measurement]?.value);
  }
}

it("never says pass or warning unless it finished and measured every objective", async () => {
  let earned = 0;
  await fc.assert(
    fc.asyncProperty(
      anyFacts,
      anyTimeline,
      anyOutcome,
      anyObjectives,
      fc.boolean(),
      async (...[facts, timeline, outcome, objectives, whole]) => {
        const { record, written } = await run(
          engineOf(() => resultOf(outcome, whole ? facts : undefined, timeline)),
          objectives,
        );
        expect(JSON.parse(written.at(-1)!)).toStrictEqual(record);
        expect(record.verdict === null).toBe(record.state !== "finished");
        expect(record.state === "finished" || record.reason !== null).toBe(true);
        if (record.verdict !== "pass" && record.verdict !== "warning") return;
        earned += 1;
        expectEarned(record, objectives);
      },
    ),
    { numRuns: 3000 }, // about one in fifty earns its verdict
  );
  expect(earned).toBeGreaterThan(10);
});
