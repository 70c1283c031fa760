import { describe, expect, it } from "vitest";
import { Slots } from "./slots.ts";
import type { Grant } from "./slots.ts";

const STAYS = new AbortController().signal;

function released(grant: Grant): void {
  if (grant.kind !== "granted") throw new Error(`expected a slot, got ${grant.kind}`);
  grant.release();
}

describe("slots", () => {
  it("lets as many work as set, and the others wait in the order in which they came", async () => {
    const slots = new Slots({ concurrency: 2, maxWaiting: 10 });
    const [a, b] = await Promise.all([slots.acquire(STAYS), slots.acquire(STAYS)]);
    const order: string[] = [];
    const third = slots.acquire(STAYS).then((grant) => (order.push("third"), grant));
    const fourth = slots.acquire(STAYS).then((grant) => (order.push("fourth"), grant));
    expect([slots.active, slots.waiting]).toEqual([2, 2]);
    released(a);
    released(await third);
    released(await fourth);
    released(b);
    expect(order).toEqual(["third", "fourth"]);
    expect([slots.active, slots.waiting]).toEqual([0, 0]);
  });

  it("refuses whoever finds the line full", async () => {
    const slots = new Slots({ concurrency: 1, maxWaiting: 0 });
    await slots.acquire(STAYS);
    expect(await slots.acquire(STAYS)).toEqual({ kind: "full" });
  });

  it("forgets whoever leaves the line, and gives its turn to the next", async () => {
    const slots = new Slots({ concurrency: 1, maxWaiting: 10 });
    const first = await slots.acquire(STAYS);
    const leaving = new AbortController();
    const left = slots.acquire(leaving.signal);
    const patient = slots.acquire(STAYS);
    leaving.abort();
    expect(await left).toEqual({ kind: "gone" });
    released(first);
    expect((await patient).kind).toBe("granted");
    expect(slots.active).toBe(1);
  });

  it("counts a slot that is released twice only once", async () => {
    const slots = new Slots({ concurrency: 2, maxWaiting: 0 });
    const [a, b] = await Promise.all([slots.acquire(STAYS), slots.acquire(STAYS)]);
    released(a);
    released(a);
    expect(slots.active).toBe(1);
    released(b);
  });
});
