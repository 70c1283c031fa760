import type { ResourceSeries, StepSeries } from "../model/index.ts";
import type { Settled } from "./draft.ts";
import type { DoneTrials } from "./trials.ts";

/** The curves of the first trial, which is the one on the timeline; of a ladder those of the steps at its knee besides. */
export function seriesOf({ watched, curves }: DoneTrials, { ladder }: Settled): ResourceSeries | undefined {
  const first = watched?.series;
  if (first === undefined || ladder === undefined) return first;
  const knee = ladder.steps.filter(({ level }) => level === ladder.max_passing || level === ladder.first_failing);
  const steps = knee.flatMap(({ level, trials: [trial = 0] }): StepSeries[] => {
    const seen = curves?.[trial];
    return seen === undefined ? [] : [{ level, trial, ...seen }];
  });
  return steps.length === 0 ? first : { ...first, steps };
}
