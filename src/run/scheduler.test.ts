import { describe, expect, it } from "vitest";
import type { Scenario, SchedulePlan } from "../model/index.ts";
import { createMachine } from "../../test/support/sim/few.ts";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";
import { HOUR_MS, MINUTE_MS } from "../../test/support/sim/time.ts";

const TWO = Date.parse("2026-11-23T02:00:00Z");

function nightly(name: string, plan: Partial<SchedulePlan> = {}): Scenario {
  const schedule: SchedulePlan = {
    ...{ cron: "0 2 * * *", timezone: "UTC", overlap: "skip", catchUpSeconds: 3600, jitterSeconds: 0 },
    ...{ blackouts: [], paused: false },
    ...plan,
  };
  return scenarioOf(name, { schedule });
}

describe("schedules", () => {
  it("13: a schedule that is put back after a month owes nothing of it, also when daemons were restarted", async () => {
    for (const restart of [false, true]) {
      const machine = createMachine([nightly("a"), nightly("b")], { beatMs: 12 * HOUR_MS });
      let daemon = await machine.daemon();
      await daemon.runs.tick();
      const again = async (): Promise<void> => {
        if (restart) {
          daemon.die();
          daemon = await machine.daemon();
        }
        await daemon.runs.tick();
      };
      const [a, b] = machine.scenarios as readonly [Scenario, Scenario];
      machine.scenarios = [b];
      await again();
      for (let day = 0; day < 30; day += 1) {
        await machine.time.pass(24 * HOUR_MS);
        await daemon.runs.tick();
      }
      machine.scenarios = [a, b];
      await again();
      const history = await machine.store.slotHistory({ scenario: "a", limit: 9 });
      expect(history).toEqual([]);
      const [known] = await machine.store.schedules();
      expect(known?.knownSince).toBeGreaterThanOrEqual(TWO + 29 * 24 * HOUR_MS);
    }
  });

  it("a run that waits for its target until its blackout begins does not begin in it: it is withdrawn, with the reason", async () => {
    const blackouts = [{ from: "02:02", to: "18:00", days: [] }];
    const machine = createMachine([nightly("a"), nightly("b", { cron: "1 2 * * *", blackouts })], {
      random: () => 0.9,
    });
    const { runs } = await machine.daemon();
    for (let minute = 0; minute < 90; minute += 1) {
      await runs.tick();
      await machine.time.pass(MINUTE_MS);
    }
    expect(machine.ended).toMatchObject([
      { scenario: "b", state: "aborted", aborted_by: "schedule", reason: { code: "aborted_by_schedule" } },
      { scenario: "a", state: "finished" },
    ]);
    expect(machine.ended[0]?.reason?.text).toBe(
      "It was still waiting for its turn when a blackout of its schedule began: it made no load.",
    );
  });
});
