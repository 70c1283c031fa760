import { expect, it } from "vitest";
import { breachesOf } from "../../test/support/sim/laws.ts";
import { liveThroughWeek } from "../../test/support/sim/week.ts";

it.each([1, 2, 3])(
  "lives %i",
  async (seed) => {
    const at = performance.now();
    const week = await liveThroughWeek(seed);
    const states = [...week.store.rows.values()].map((r) => `${r.state} ${r.record?.reason?.code ?? ""}`);
    const tally: Record<string, number> = {};
    for (const s of states) tally[s] = (tally[s] ?? 0) + 1;
    console.log(seed, performance.now() - at, tally, (await week.store.slotHistory({ limit: 1e6 })).length);
    expect(await breachesOf(week)).toEqual([]);
  },
  60000,
);
