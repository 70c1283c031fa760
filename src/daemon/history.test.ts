import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunRecord, Verdict } from "../model/index.ts";
import { createHistory } from "./history.ts";

/** The nth nightly run; null: it broke. */
function run(n: number, verdict: Verdict | null, scenario = "chat"): RunRecord {
  const day = String(n).padStart(2, "0");
  return {
    ...{ schema: 1, scenario, target: "bot", target_url: "http://127.0.0.1:8000", script: "/s.js", trigger: "cron" },
    ...{ id: `202611${day}T020000Z-${scenario}-aaaa`, state: verdict === null ? "error" : "finished", verdict },
    ...{ reason: null, started_at: "2026-11-01T02:00:00Z", ended_at: "2026-11-01T02:10:00Z" },
    ...{ pattern: { name: "smoke", warmup_seconds: 0 }, measurements: {}, objectives: [], comparison: [], cost: {} },
    ...{ environment: {}, telemetry: { prometheus: "none" }, trials: [] },
  };
}

describe("what is known of past runs", () => {
  it("keeps the newest run and the newest judged one apart", () => {
    const history = createHistory();
    for (const record of [run(1, "pass"), run(2, "fail"), run(3, "invalid"), run(4, null)]) history.note(record);
    expect(history.latest()).toMatchObject([
      { scenario: "chat", trigger: "cron", last: { verdict: null }, judged: { verdict: "fail" }, consecutiveMissed: 1 },
    ]);
  });

  it("counts failures in a row; an invalid or broken run neither adds nor ends them, a warning ends them", () => {
    const history = createHistory();
    const missed = (): number | undefined => history.latest()[0]?.consecutiveMissed;
    const nights = ["warning", "fail", "invalid", null, "fail"] as const;
    nights.forEach((verdict, index) => history.note(run(index + 1, verdict)));
    expect(missed()).toBe(2);
    history.note(run(6, "warning"));
    expect(missed()).toBe(0);
  });

  it("says the same whatever the order in which it hears of runs, and however often", () => {
    const verdicts = fc.array(fc.constantFrom<Verdict | null>("pass", "warning", "fail", "invalid", null), {
      minLength: 1,
      maxLength: 28,
    });
    fc.assert(
      fc.property(verdicts, fc.array(fc.nat(), { minLength: 56, maxLength: 56 }), (nights, noise) => {
        const runs = nights.map((verdict, index) => run(index + 1, verdict));
        const shuffled = [...runs, ...runs]
          .map((record, index) => ({ record, at: noise[index] ?? 0 }))
          .sort((a, b) => a.at - b.at);
        const [once, again] = [createHistory(), createHistory()];
        runs.forEach((record) => once.note(record));
        shuffled.forEach(({ record }) => again.note(record));
        expect(again.latest()).toEqual(once.latest());
        expect(again.recent("chat")).toEqual(once.recent("chat"));
        expect(again.last("chat")).toEqual(runs.at(-1));
      }),
    );
  });

  it("keeps apart what ran on another target", () => {
    const history = createHistory();
    history.note(run(1, "pass"));
    history.note({ ...run(2, "fail"), target: "staging" });
    expect(history.of({ scenario: "chat", target: "bot", trigger: "cron" })?.judged?.verdict).toBe("pass");
    expect(history.of({ scenario: "chat", target: "staging", trigger: "cron" })?.judged?.verdict).toBe("fail");
  });

  it("notices when the series of the newest run have been read back, and nothing when it hears the same again", () => {
    const history = createHistory();
    history.note(run(1, "pass"));
    const before = history.version();
    history.note(run(1, "pass"));
    expect(history.version()).toBe(before);
    history.note({ ...run(1, "pass"), telemetry: { prometheus: "complete" } });
    expect(history.last("chat")?.telemetry.prometheus).toBe("complete");
  });

  it("holds a bounded number of runs a scenario", () => {
    const history = createHistory();
    for (let n = 10; n < 99; n += 1) history.note(run(n, "pass"));
    expect(history.recent("chat")).toHaveLength(20);
  });
});
