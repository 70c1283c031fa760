import fc from "fast-check";
import { expect, it } from "vitest";
import { breachesOf } from "../../test/support/sim/laws.ts";
import { liveThroughWeek } from "../../test/support/sim/week.ts";

/** Each takes a second or a few; more of them by night: CHATBENCH_WEEKS=200. */
const WEEKS = Number(process.env.CHATBENCH_WEEKS ?? 3);

it(
  "1-6, 11-13, 24, 31: a week of nights with any faults: every slot runs once or has a reason, every run ends once",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.noShrink(fc.integer({ min: 1, max: 1_000_000 })), async (seed) => {
        const week = await liveThroughWeek(seed);
        expect({ breaches: await breachesOf(week), faults: week.faults }).toEqual({
          breaches: [],
          faults: week.faults,
        });
        expect(week.store.rows.size).toBeGreaterThan(20);
      }),
      // 7: a clock in 2031 once made all slots old, forgotten, and free to run again.
      { numRuns: WEEKS, endOnFailure: true, examples: [[7]] },
    );
  },
  WEEKS * 60_000,
);
