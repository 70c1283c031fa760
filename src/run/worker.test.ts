import { expect, it, vi } from "vitest";
import { createMachine, type Machine } from "../../test/support/sim/few.ts";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";

type Advance = Machine["store"]["advance"];

/** Words to the store go by connections of their own: this one comes only after the next has been heard. */
function overtaken(machine: Machine, late: Parameters<Advance>[1]): void {
  const advance: Advance = machine.store.advance.bind(machine.store);
  let heard = (): void => undefined;
  const next = new Promise<void>((resolve) => (heard = resolve));
  vi.spyOn(machine.store, "advance").mockImplementation(async (id, state, instance) => {
    if (state === late) await next;
    const answer = await advance(id, state, instance);
    if (state !== late) heard();
    return answer;
  });
}

it("a run whose first word to the store is overtaken by the second is not lost", async () => {
  const machine = createMachine([]);
  const { runs } = await machine.daemon();
  overtaken(machine, "preparing");
  await runs.enqueue({ scenario: scenarioOf("a"), trigger: "manual" });
  await machine.time.pass(60 * 60_000);
  expect(machine.ended).toMatchObject([{ state: "finished" }]);
});
