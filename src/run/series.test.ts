import { describe, expect, it } from "vitest";
import type { LadderRecord, ResourceCurve, ResourceSeries } from "../model/index.ts";
import type { Settled } from "./draft.ts";
import { seriesOf } from "./series.ts";
import type { DoneTrials, TrialCurves } from "./trials.ts";

const curve = (name: string): ResourceCurve => ({ name, panel: name, line: "", unit: "count", points: [[1, 2]] });
const FIRST: ResourceSeries = { loadBeganAt: 0, series: [curve("trial 0")] };
const curves = [0, 1, 2].map((trial): TrialCurves => ({
  ...{ loadBeganAt: trial, series: [curve(`trial ${String(trial)}`)], judged: { from: 1, to: 9 } },
}));
const done = { trials: [], failedPushes: 0, watched: { series: FIRST }, curves } as unknown as DoneTrials;
const settled = (ladder?: Partial<LadderRecord>): Settled => ({ ...(ladder && { ladder }) }) as unknown as Settled;
const step = (level: number, ...trials: readonly number[]): LadderRecord["steps"][number] => ({
  ...{ level, trials, result: "passed", measurements: {} },
});
const STEPS = { unit: "count", monotone: true, steps: [step(10, 0), step(20, 1), step(30, 2, 3)] } as const;

describe("the curves that a run keeps", () => {
  it("are those of its trial", () => {
    expect(seriesOf(done, settled())).toBe(FIRST);
    expect(seriesOf({ trials: [], failedPushes: 0 }, settled(STEPS))).toBeUndefined();
  });

  it("are of a ladder those of the lowest step and of both sides of the knee", () => {
    const kept = seriesOf(done, settled({ ...STEPS, max_passing: 20, first_failing: 30 }));
    expect(kept).toMatchObject(FIRST);
    expect(kept?.steps?.map(({ level, trial, loadBeganAt }) => [level, trial, loadBeganAt])).toEqual([
      [20, 1, 1],
      [30, 2, 2],
    ]);
  });

  it("are not made up where a step was not watched", () => {
    const steps = [step(10, 0), step(20, 3)];
    expect(seriesOf(done, settled({ ...STEPS, steps, max_passing: 0, first_failing: 20 }))).toBe(FIRST);
  });
});
