import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObjectiveResult, RunRecord, Verdict } from "../model/index.ts";
import { createHistory, neverMeasured } from "./history.ts";

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

const objective = (measurement: string, verdict: Verdict): ObjectiveResult => ({
  ...{ measurement, condition: "< 200ms", limit: 0.2, verdict, reason: "So it was." },
  ...(verdict === "invalid" ? {} : { value: 0.1 }),
});

/** The nth night, with what it said of P95 (undefined: it had no such objective) and of errors. */
function night(n: number, verdict: Verdict, [p95, errors]: readonly [Verdict | undefined, Verdict]): RunRecord {
  const objectives = [...(p95 === undefined ? [] : [objective("latency_p95", p95)]), objective("error_rate", errors)];
  return { ...run(n, verdict), objectives };
}

describe("what is known of past runs", () => {
  it("keeps the newest run and the newest judged one apart", () => {
    const history = createHistory();
    for (const record of [run(1, "pass"), run(2, "fail"), run(3, "invalid"), run(4, null)]) history.note(record);
    expect(history.latest()).toMatchObject([
      { scenario: "chat", trigger: "cron", last: { verdict: null }, judged: { verdict: "fail" }, consecutiveFailed: 1 },
    ]);
  });

  it("counts misses in a row, and failures apart; an invalid or broken run neither adds nor ends them", () => {
    const history = createHistory();
    const counts = (): readonly (number | undefined)[] => {
      const [latest] = history.latest();
      return [latest?.consecutiveMissed, latest?.consecutiveFailed, latest?.lastTwoFailed];
    };
    const nights = ["pass", "warning", "fail", "invalid", null, "fail"] as const;
    nights.forEach((verdict, index) => history.note(run(index + 1, verdict)));
    expect(counts()).toEqual([3, 2, 2]);
    history.note(run(7, "warning"));
    expect(counts()).toEqual([4, 0, 1]);
    history.note(run(8, "warning"));
    expect(counts()).toEqual([5, 0, 0]);
    history.note(run(9, "pass"));
    expect(counts()).toEqual([0, 0, 0]);
  });

  it("keeps of each objective what the last judged run that measured it said, until another measures it", () => {
    const history = createHistory();
    const said = (): unknown =>
      history.latest()[0]?.measured.map(({ id, result }) => [id.slice(6, 8), result.measurement, result.verdict]);
    history.note(night(1, "fail", ["fail", "pass"]));
    history.note(night(2, "fail", ["invalid", "fail"]));
    history.note(night(3, "invalid", ["pass", "invalid"]));
    expect(said()).toEqual([
      ["01", "latency_p95", "fail"],
      ["02", "error_rate", "fail"],
    ]);
    history.note(night(4, "pass", ["pass", "pass"]));
    expect(said()).toEqual([
      ["04", "latency_p95", "pass"],
      ["04", "error_rate", "pass"],
    ]);
  });

  it("forgets an objective that the scenario no longer has, and knows which were never measured", () => {
    const history = createHistory();
    history.note(night(1, "fail", ["fail", "pass"]));
    history.note(night(2, "pass", [undefined, "pass"]));
    expect(history.latest()[0]?.measured.map(({ result }) => result.measurement)).toEqual(["error_rate"]);
    const other = createHistory();
    other.note(night(2, "fail", ["invalid", "fail"]));
    expect(other.latest().map(neverMeasured)).toEqual([["latency_p95"]]);
    other.note(night(1, "fail", ["fail", "pass"]));
    expect(other.latest().map(neverMeasured)).toEqual([[]]);
  });

  it("says the same whatever the order in which it hears of runs, and however often", () => {
    const verdicts = fc.array(fc.constantFrom<Verdict | null>("pass", "warning", "fail", "invalid", null), {
      minLength: 1,
      maxLength: 28,
    });
    fc.assert(
      fc.property(verdicts, fc.array(fc.nat(), { minLength: 56, maxLength: 56 }), (nights, noise) => {
        const runs = nights.map((verdict, index): RunRecord => {
          const told = objective("latency_p95", index % 3 === 0 ? "invalid" : (verdict ?? "invalid"));
          return { ...run(index + 1, verdict), objectives: [told] };
        });
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

  it("5: a run finished while a clock stood in 2031 hides no later night, whichever is heard of first", () => {
    const wrong: RunRecord = { ...night(2, "pass", ["pass", "pass"]), id: "20311126T020000Z-chat-aaaa" };
    const nights = [3, 4, 5, 6].map((n) => night(n, "fail", ["fail", "pass"]));
    const later = { ...{ last: nights[3], judged: nights[3] }, consecutiveMissed: 4, lastTwoFailed: 2 };
    for (const runs of [
      [run(1, "pass"), wrong, ...nights],
      [run(1, "pass"), ...nights, wrong],
    ]) {
      const history = createHistory(() => Date.parse("2026-11-06T12:00:00Z"));
      runs.forEach((record) => history.note(record));
      expect(history.latest()).toMatchObject([{ ...later, measured: [{ result: { verdict: "fail" } }, {}] }]);
      expect(history.last("chat")).toEqual(nights[3]);
      expect(history.recent("chat").at(-1)?.id).toBe(nights[3]?.id);
    }
  });

  it("5: a run of 2031 is told where there is no other, and counts for what it is once 2031 has come", () => {
    let now = Date.parse("2026-11-06T12:00:00Z");
    const history = createHistory(() => now);
    history.note({ ...run(1, "pass"), id: "20311126T020000Z-chat-aaaa" });
    expect(history.last("chat")?.verdict).toBe("pass");
    history.note(run(2, "fail"));
    expect(history.latest()[0]?.judged?.verdict).toBe("fail");
    now = Date.parse("2031-11-26T03:00:00Z");
    history.note({ ...run(1, "pass"), id: "20311126T020000Z-chat-aaaa" });
    expect(history.latest()[0]?.judged?.verdict).toBe("pass");
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
