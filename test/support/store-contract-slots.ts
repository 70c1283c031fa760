import { expect, it } from "vitest";
import type { RunStore, SkippedSlots, SlotDecision } from "../../src/model/index.ts";
import { MINUTE_MS, NO_LIMIT, atWork, dueSlot, idOf, instanceOf, orderOf, recordOf } from "./store-samples.ts";

const ONE = instanceOf("one");
const LINE = { scenario: "chat-api", line: "* * * * * UTC" };
type Overlap = NonNullable<SlotDecision["run"]>["overlap"];

/** The decision to run one slot. */
function runOf(slot: number, input: { after?: number; overlap?: Overlap; number?: number }): SlotDecision {
  const order = { ...orderOf(input.number ?? 1, { trigger: "cron" }), slot };
  const run = { order, overlap: input.overlap ?? "skip" };
  return { scenario: "chat-api", after: input.after, last: slot, run, skipped: [] };
}

export function slotsContract(fresh: () => Promise<RunStore>): void {
  learnContract(fresh);
  forgetContract(fresh);
  decideContract(fresh);
  overlapContract(fresh);
}

function learnContract(fresh: () => Promise<RunStore>): void {
  it("owes a new or changed line nothing of the past, and leaves the others as they were", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE, { scenario: "other", line: "0 2 * * * UTC" }]);
    const first = await store.schedules();
    expect(first.map(({ scenario }) => scenario)).toEqual(["chat-api", "other"]);
    for (const { knownSince } of first) expect(Math.abs(knownSince - (await store.now()))).toBeLessThan(MINUTE_MS);
    const slot = await dueSlot(store);
    await store.decideSlots(runOf(slot, {}), NO_LIMIT);
    await expect.poll(async () => await store.now()).toBeGreaterThan(first[0]!.knownSince + 5);
    await store.learnSchedules([LINE]);
    const [same, other] = await store.schedules();
    expect(same).toEqual({ ...first[0], lastSlot: slot });
    expect(other).toEqual(first[1]);
    await store.learnSchedules([{ ...LINE, line: "*/5 * * * * UTC" }]);
    const [changed] = await store.schedules();
    expect(changed?.knownSince).toBeGreaterThan(first[0]!.knownSince);
    expect(changed?.lastSlot).toBe(slot);
    await store.learnSchedules([]);
  });
}

function forgetContract(fresh: () => Promise<RunStore>): void {
  it("13: a schedule that was taken out is forgotten, and one that is put back owes nothing of the time between", async () => {
    const store = await fresh();
    const other = { scenario: "other", line: "0 2 * * * UTC" };
    await store.learnSchedules([LINE, other]);
    const slot = await dueSlot(store);
    await store.decideSlots(runOf(slot, {}), NO_LIMIT);
    const [before] = await store.schedules();
    await store.learnSchedules([other], ["chat-api"]);
    expect((await store.schedules()).map(({ scenario }) => scenario)).toEqual(["other"]);
    await expect.poll(async () => await store.now()).toBeGreaterThan(before!.knownSince + 5);
    await store.learnSchedules([LINE, other]);
    const [back] = await store.schedules();
    expect(back).toEqual({ ...before, knownSince: expect.any(Number) as number });
    expect(back?.knownSince).toBeGreaterThan(before!.knownSince);
    await store.learnSchedules([LINE, other], ["chat-api"]);
    expect((await store.schedules())[0]).toEqual(back);
  });

  it("tells until when each was paused, however much was skipped since", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = await dueSlot(store);
    const paused = { from: slot - 100 * MINUTE_MS, to: slot - 90 * MINUTE_MS, count: 11, reason: "paused" } as const;
    const missed = Array.from({ length: 80 }, (_, at): SkippedSlots => {
      const one = slot - (at + 1) * MINUTE_MS;
      return { from: one, to: one, count: 1, reason: "missed" };
    });
    expect((await store.schedules())[0]).not.toHaveProperty("pausedUntil");
    await store.decideSlots(
      { scenario: "chat-api", after: undefined, last: slot, skipped: [paused, ...missed] },
      NO_LIMIT,
    );
    expect(await store.schedules()).toMatchObject([{ pausedUntil: paused.to }]);
  });

  it("forgets old slots, but never the newest of a scenario nor the newest paused one", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = await dueSlot(store);
    const skipped = (["paused", "paused", "missed", "missed"] as const).map((reason, at): SkippedSlots => {
      const one = slot - (4 - at) * MINUTE_MS;
      return { from: one, to: one, count: 1, reason };
    });
    await store.decideSlots({ scenario: "chat-api", after: undefined, last: slot, skipped }, NO_LIMIT);
    const kept = async (): Promise<readonly string[]> =>
      (await store.slotHistory({ limit: 9 })).map((one) => (one.kind === "run" ? one.kind : one.reason));
    await store.forgetSlots(slot - 4 * MINUTE_MS, 1);
    expect(await kept()).toEqual(["missed", "missed", "paused", "paused"]);
    await store.forgetSlots(slot + MINUTE_MS, 3);
    expect(await kept()).toEqual(["missed", "missed", "paused"]);
    await store.forgetSlots(slot + MINUTE_MS, 1);
    expect(await kept()).toEqual(["missed", "paused"]);
    expect(await store.schedules()).toMatchObject([{ lastSlot: slot, pausedUntil: slot - 3 * MINUTE_MS }]);
  });
}

function decideContract(fresh: () => Promise<RunStore>): void {
  it("decides a slot once: it becomes a run, the mark moves, whoever comes later has nothing to do", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = await dueSlot(store);
    expect(await store.decideSlots(runOf(slot, {}), NO_LIMIT)).toEqual({
      kind: "decided",
      queued: idOf(1),
      skipped: [],
    });
    expect(await store.decideSlots(runOf(slot, { number: 2 }), NO_LIMIT)).toEqual({ kind: "taken" });
    expect(await store.schedules()).toMatchObject([{ lastSlot: slot }]);
    expect(await store.active()).toMatchObject([{ id: idOf(1), trigger: "cron", slot }]);
    expect(await store.slotHistory({ limit: 9 })).toEqual([{ kind: "run", scenario: "chat-api", slot, run: idOf(1) }]);
  });

  it("4: a slot that ran is not run again when the mark was set back with a clock", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = await dueSlot(store);
    await store.decideSlots(runOf(slot, {}), NO_LIMIT);
    const back: SlotDecision = { scenario: "chat-api", after: slot, last: slot - 5 * MINUTE_MS, skipped: [] };
    expect(await store.decideSlots(back, NO_LIMIT)).toEqual({ kind: "decided", skipped: [] });
    const again = runOf(slot, { after: slot - 5 * MINUTE_MS, number: 2 });
    expect(await store.decideSlots(again, NO_LIMIT)).toEqual({ kind: "decided", skipped: [] });
    expect((await store.active()).map(({ id }) => id)).toEqual([idOf(1)]);
    expect(await store.schedules()).toMatchObject([{ lastSlot: slot }]);
  });

  it("5: refuses slots of the future, and slots of a scenario that has no schedule", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const future = (await store.now()) + 3 * MINUTE_MS;
    expect(await store.decideSlots(runOf(future, {}), NO_LIMIT)).toEqual({ kind: "taken" });
    const unknown = { scenario: "unknown", after: undefined, last: await store.now(), skipped: [] };
    expect(await store.decideSlots(unknown, NO_LIMIT)).toEqual({ kind: "taken" });
    expect((await store.schedules())[0]).not.toHaveProperty("lastSlot");
    expect(await store.slotHistory({ limit: 9 })).toEqual([]);
  });

  it("2: keeps 43,200 missed slots as one row, beside the one that runs", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = await dueSlot(store);
    const missed: SkippedSlots = {
      ...{ from: slot - 43_200 * MINUTE_MS, to: slot - MINUTE_MS },
      ...{ count: 43_200, reason: "missed" },
    };
    const result = await store.decideSlots({ ...runOf(slot, {}), skipped: [missed] }, NO_LIMIT);
    expect(result).toEqual({ kind: "decided", queued: idOf(1), skipped: [missed] });
    expect(await store.slotHistory({ limit: 9 })).toEqual([
      { kind: "run", scenario: "chat-api", slot, run: idOf(1) },
      { kind: "skipped", scenario: "chat-api", ...missed },
    ]);
  });

  it("tells the newest slots first, of all scenarios or of one", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE, { ...LINE, scenario: "other" }]);
    const slot = (await dueSlot(store)) - MINUTE_MS;
    const paused = (at: number): SkippedSlots => ({ from: at, to: at, count: 1, reason: "paused" });
    const decision = { after: undefined, last: slot, skipped: [paused(slot - MINUTE_MS), paused(slot)] };
    await store.decideSlots({ scenario: "chat-api", ...decision }, NO_LIMIT);
    const later = { after: undefined, last: slot + MINUTE_MS, skipped: [paused(slot + MINUTE_MS)] };
    await store.decideSlots({ scenario: "other", ...later }, NO_LIMIT);
    const all = await store.slotHistory({ limit: 2 });
    expect(all.map((row) => row.scenario)).toEqual(["other", "chat-api"]);
    const own = await store.slotHistory({ scenario: "chat-api", limit: 9 });
    expect(own).toMatchObject([{ from: slot }, { from: slot - MINUTE_MS }]);
  });

  it("skips the slot with its reason when the queue is full", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    await store.enqueue(orderOf(7, { scenario: "other" }), NO_LIMIT);
    const slot = await dueSlot(store);
    const skipped = { from: slot, to: slot, count: 1, reason: "queue_full" };
    expect(await store.decideSlots(runOf(slot, {}), 1)).toEqual({ kind: "decided", skipped: [skipped] });
    expect(await store.slotHistory({ limit: 9 })).toEqual([{ kind: "skipped", scenario: "chat-api", ...skipped }]);
    expect(await store.schedules()).toMatchObject([{ lastSlot: slot }]);
    expect(await store.active()).toHaveLength(1);
  });
}

function overlapContract(fresh: () => Promise<RunStore>): void {
  const overlapAt = (slot: number): object => ({
    kind: "decided",
    skipped: [{ from: slot, to: slot, count: 1, reason: "overlap" }],
  });

  it("11: overlap skip lets the slot go while a run of the scenario waits or works, whoever asked for it", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = (await dueSlot(store)) - 2 * MINUTE_MS;
    await store.enqueue(orderOf(50), NO_LIMIT);
    expect(await store.decideSlots(runOf(slot, {}), NO_LIMIT)).toEqual(overlapAt(slot));
    await store.claim(ONE, NO_LIMIT);
    const next = slot + MINUTE_MS;
    expect(await store.decideSlots(runOf(next, { after: slot }), NO_LIMIT)).toEqual(overlapAt(next));
    await store.finish(recordOf(orderOf(50)));
    const last = runOf(next + MINUTE_MS, { after: next });
    expect(await store.decideSlots(last, NO_LIMIT)).toMatchObject({ queued: idOf(1) });
  });

  it("11: overlap queue lets one wait, and no second", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    await atWork(store, orderOf(50), ONE);
    const slot = (await dueSlot(store)) - MINUTE_MS;
    expect(await store.decideSlots(runOf(slot, { overlap: "queue" }), NO_LIMIT)).toMatchObject({ queued: idOf(1) });
    const second = runOf(slot + MINUTE_MS, { after: slot, overlap: "queue", number: 2 });
    expect(await store.decideSlots(second, NO_LIMIT)).toEqual(overlapAt(slot + MINUTE_MS));
  });

  it("11: overlap cancel stops the run of an older slot and takes the place of one that waits", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    const slot = (await dueSlot(store)) - 2 * MINUTE_MS;
    await store.decideSlots(runOf(slot, { overlap: "cancel" }), NO_LIMIT);
    await store.claim(ONE, NO_LIMIT);
    const second = runOf(slot + MINUTE_MS, { after: slot, overlap: "cancel", number: 2 });
    expect(await store.decideSlots(second, NO_LIMIT)).toEqual({ kind: "decided", queued: idOf(2), skipped: [] });
    expect(await store.heartbeat(ONE)).toEqual({ abort: [{ id: idOf(1), by: "schedule" }], lost: [] });
    const third = runOf(slot + 2 * MINUTE_MS, { after: slot + MINUTE_MS, overlap: "cancel", number: 3 });
    const result = await store.decideSlots(third, NO_LIMIT);
    expect(result).toMatchObject({ queued: idOf(3), withdrawn: [{ id: idOf(2), abortBy: "schedule" }] });
    expect((await store.active()).map(({ id }) => id)).toEqual([idOf(1), idOf(3)]);
  });

  it("11: overlap cancel leaves runs alone that people wait for", async () => {
    const store = await fresh();
    await store.learnSchedules([LINE]);
    await atWork(store, orderOf(50, { trigger: "pre_deploy" }), ONE);
    await store.enqueue(orderOf(51), NO_LIMIT);
    const result = await store.decideSlots(runOf(await dueSlot(store), { overlap: "cancel" }), NO_LIMIT);
    expect(result).toEqual({ kind: "decided", queued: idOf(1), skipped: [] });
    expect(await store.heartbeat(ONE)).toEqual({ abort: [], lost: [] });
    expect(await store.active()).toHaveLength(3);
  });
}
