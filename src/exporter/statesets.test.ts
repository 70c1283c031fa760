import fc from "fast-check";
import { expect, it } from "vitest";
import { MEASUREMENTS, VERDICTS, type RunRecord } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, latestOf, record } from "../../test/support/exporter-facts.ts";
import { samplesOf } from "../../test/support/metrics-page.ts";
import { createExporter } from "./index.ts";

const objectives = fc
  .uniqueArray(
    fc.record({
      measurement: fc.constantFrom(...Object.keys(MEASUREMENTS), "k6.my_timer.p95"),
      ...{ verdict: fc.constantFrom(...VERDICTS), limit: fc.double({ noNaN: true }) },
      ...{ condition: fc.constant("< 1"), reason: fc.string() },
    }),
    { selector: ({ measurement }) => measurement, maxLength: 5 },
  )
  .map((list) => ({ objectives: list }));

const run: fc.Arbitrary<RunRecord> = fc
  .tuple(
    fc.oneof(
      fc.record({ state: fc.constant("finished" as const), verdict: fc.constantFrom(...VERDICTS) }),
      fc.record({ state: fc.constantFrom("error", "aborted", "lost"), verdict: fc.constant(null) }),
    ),
    fc.record({ value: fc.double(), samples: fc.nat() }),
    objectives,
  )
  .map(([end, { value, samples }, held]) =>
    record({ ...end, ...held, measurements: { error_rate: { value, samples, unit: "ratio" } } }),
  );

it("whatever the runs were, exactly one state, one verdict and one verdict of each objective is 1", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), async (runs) => {
      const facts = fullFacts({ latest: latestOf(runs) });
      const exporter = createExporter({ facts: () => facts, version: "0", clock: systemClock, ofProcess: false });
      const page = (await exporter.render()).text;
      const judged = runs.findLast(({ verdict }) => verdict !== null && verdict !== "invalid");
      expect(ones(page, "chatbench_newest_run_state")).toEqual([runs.at(-1)?.state]);
      expect(ones(page, "chatbench_newest_run_verdict")).toEqual([runs.at(-1)?.verdict ?? "none"]);
      expect(ones(page, "chatbench_last_run_verdict")).toEqual(judged === undefined ? [] : [judged.verdict]);
      expect(ones(page, "chatbench_last_run_objective_verdict")).toEqual(
        (judged?.objectives ?? []).map(({ verdict }) => verdict),
      );
    }),
    { numRuns: 150 },
  );
});

/** The last label of each series that is 1; the others must be 0. */
function ones(page: string, name: string): readonly (string | undefined)[] {
  const samples = samplesOf(page, name);
  expect(samples.every(({ value }) => value === 0 || value === 1)).toBe(true);
  return samples.filter(({ value }) => value === 1).map(({ labels }) => labels.verdict ?? labels.state);
}
