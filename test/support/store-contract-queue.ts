import { expect, it } from "vitest";
import type { RunOrder, RunStore } from "../../src/model/index.ts";
import { MINUTE_MS, NO_LIMIT, atWork, idOf, instanceOf, orderOf, recordOf } from "./store-samples.ts";

const ONE = instanceOf("one");
const TWO = instanceOf("two");

export function queueContract(fresh: () => Promise<RunStore>): void {
  enqueueContract(fresh);
  claimContract(fresh);
  abortContract(fresh);
  instanceContract(fresh);
}

function enqueueContract(fresh: () => Promise<RunStore>): void {
  it("keeps an order as it was given until it ends", async () => {
    const store = await fresh();
    const notBefore = (await store.now()) + MINUTE_MS;
    const order = { ...orderOf(1, { notBefore, idempotencyKey: "k" }), slot: Date.parse("2026-11-23T02:00:00Z") };
    expect(await store.enqueue(order, NO_LIMIT)).toEqual({ kind: "queued", id: order.id });
    const [run, ...others] = await store.active();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ ...order, state: "queued" });
    expect(Math.abs((run?.queuedAt ?? 0) - (await store.now()))).toBeLessThan(MINUTE_MS);
    expect(await store.find(order.id)).toEqual({ run });
  });

  it("answers a known idempotency key with its run, even after that has ended, and refuses it for another scenario", async () => {
    const store = await fresh();
    const first = orderOf(1, { idempotencyKey: "k" });
    await store.enqueue(first, NO_LIMIT);
    await store.finish(recordOf(first));
    const again = orderOf(2, { idempotencyKey: "k" });
    expect(await store.enqueue(again, 0)).toEqual({ kind: "known", id: first.id });
    const other = orderOf(3, { idempotencyKey: "k", scenario: "other" });
    expect(await store.enqueue(other, NO_LIMIT)).toEqual({ kind: "conflict", id: first.id });
    expect(await store.active()).toEqual([]);
  });

  it("55: refuses a known key for another target, trigger, revision or load: its verdict is of something else", async () => {
    const store = await fresh();
    const first = orderOf(1, { idempotencyKey: "k" });
    const { scenario } = first;
    await store.enqueue(first, NO_LIMIT);
    const loadedBy = (seconds: number, users: number): RunOrder =>
      ({ ...first, scenario: { ...scenario, load: { ...scenario.load, stages: [{ seconds, users }] } } }) as RunOrder;
    const others: readonly RunOrder[] = [
      orderOf(2, { idempotencyKey: "k", target: "gateway" }),
      orderOf(2, { idempotencyKey: "k", trigger: "pre_deploy" }),
      { ...first, revision: "another" },
      { ...first, revision: undefined } as unknown as RunOrder,
      ...[loadedBy(5, 3), loadedBy(6, 2)],
    ];
    for (const order of others)
      expect(await store.enqueue({ ...order, id: idOf(2) }, NO_LIMIT)).toEqual({ kind: "conflict", id: first.id });
    expect(await store.enqueue({ ...first, id: idOf(3) }, NO_LIMIT)).toEqual({ kind: "known", id: first.id });
    expect(await store.active()).toHaveLength(1);
  });

  it("takes the same order twice for one, and gives another id to a stranger with the same id", async () => {
    const store = await fresh();
    const order = orderOf(1, { idempotencyKey: "a" });
    await store.enqueue(order, NO_LIMIT);
    expect(await store.enqueue(order, NO_LIMIT)).toEqual({ kind: "known", id: order.id });
    const stranger = await store.enqueue({ ...order, idempotencyKey: "b" }, NO_LIMIT);
    expect(stranger).toMatchObject({ kind: "queued" });
    expect(stranger).not.toMatchObject({ id: order.id });
    expect(await store.active()).toHaveLength(2);
  });

  it("55: 100 orders at once, one key: one run; many keys: exactly as many as fit", async () => {
    const store = await fresh();
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const same = numbers.map((number) => store.enqueue(orderOf(number, { idempotencyKey: "k" }), 20));
    const kinds = (await Promise.all(same)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "queued")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "known")).toHaveLength(99);
    const many = await Promise.all(numbers.map((number) => store.enqueue(orderOf(1000 + number), 20)));
    expect(many.filter(({ kind }) => kind === "queued")).toHaveLength(19);
    expect(many.find(({ kind }) => kind === "full")).toEqual({ kind: "full", queued: 20 });
    expect(await store.active()).toHaveLength(20);
  });
}

function claimContract(fresh: () => Promise<RunStore>): void {
  it("begins people's runs before cron's, then the oldest, and lists them in that order", async () => {
    const store = await fresh();
    const orders = [
      orderOf(1, { trigger: "cron", target: "a" }),
      orderOf(2, { trigger: "pull_request", target: "b" }),
      orderOf(3, { trigger: "pre_deploy", target: "c" }),
      orderOf(4, { trigger: "manual", target: "d" }),
    ];
    for (const order of orders) await store.enqueue(order, NO_LIMIT);
    const expected = [idOf(2), idOf(3), idOf(4), idOf(1)];
    expect((await store.active()).map(({ id }) => id)).toEqual(expected);
    const claimed: unknown[] = [];
    while (claimed.length < orders.length) claimed.push((await store.claim(ONE, NO_LIMIT))?.id);
    expect(claimed).toEqual(expected);
    expect((await store.active()).map(({ id, state }) => [id, state])).toEqual(expected.map((id) => [id, "preparing"]));
  });

  it("runs one at a time per target, and tells who has it since when", async () => {
    const store = await fresh();
    for (const number of [1, 2]) await store.enqueue(orderOf(number), NO_LIMIT);
    await store.enqueue(orderOf(3, { target: "other" }), NO_LIMIT);
    const first = await store.claim(ONE, NO_LIMIT);
    expect(first).toMatchObject({ id: idOf(1), state: "preparing", owner: "one" });
    expect(first?.startedAt).toBeGreaterThanOrEqual(first?.queuedAt ?? Infinity);
    expect((await store.claim(TWO, NO_LIMIT))?.id).toBe(idOf(3));
    expect(await store.claim(TWO, NO_LIMIT)).toBeUndefined();
    await store.finish(recordOf(orderOf(1)));
    expect((await store.claim(TWO, NO_LIMIT))?.id).toBe(idOf(2));
  });

  it("has at most as many at work as the limit says, among all daemons", async () => {
    const store = await fresh();
    for (const target of ["a", "b", "c"]) await store.enqueue(orderOf(target.charCodeAt(0), { target }), NO_LIMIT);
    const claimed = await Promise.all([ONE, TWO, ONE, TWO].map((instance) => store.claim(instance, 2)));
    expect(claimed.filter((run) => run !== undefined)).toHaveLength(2);
    expect(await store.claim(ONE, 3)).toBeDefined();
  });

  it("lets each run be claimed once when many ask at once", async () => {
    const store = await fresh();
    for (let number = 0; number < 10; number += 1)
      await store.enqueue(orderOf(number, { target: `t${number}` }), NO_LIMIT);
    const asked = Array.from({ length: 30 }, (_, index) => store.claim(index % 2 === 0 ? ONE : TWO, NO_LIMIT));
    const ids = (await Promise.all(asked)).flatMap((run) => (run === undefined ? [] : [run.id]));
    expect(ids.sort()).toEqual(Array.from({ length: 10 }, (_, number) => idOf(number)));
  });

  it("begins nothing that had to begin before, and lets what is behind it begin", async () => {
    const store = await fresh();
    const now = await store.now();
    const late = { ...orderOf(1, { trigger: "cron" }), beginBy: now - 1000 };
    const early = { ...orderOf(2, { trigger: "cron", scenario: "other" }), beginBy: now + MINUTE_MS };
    for (const order of [late, early]) await store.enqueue(order, NO_LIMIT);
    expect(await store.claim(ONE, 9)).toMatchObject({ id: early.id, beginBy: early.beginBy });
    expect(await store.claim(ONE, 9)).toBeUndefined();
    expect(await store.abort(late.id, "schedule")).toMatchObject({ kind: "withdrawn", run: { beginBy: late.beginBy } });
  });

  it("begins nothing before its time", async () => {
    const store = await fresh();
    const now = await store.now();
    await store.enqueue(orderOf(1, { notBefore: now + 60 * MINUTE_MS }), NO_LIMIT);
    await store.enqueue(orderOf(2, { notBefore: now + 50, trigger: "cron" }), NO_LIMIT);
    await expect.poll(async () => (await store.claim(ONE, NO_LIMIT))?.id).toBe(idOf(2));
    await store.finish(recordOf(orderOf(2)));
    expect(await store.claim(ONE, NO_LIMIT)).toBeUndefined();
    expect((await store.active()).map(({ id }) => id)).toEqual([idOf(1)]);
  });

  it("lets only its owner move a run on, only forwards, and not after its end", async () => {
    const store = await fresh();
    await store.enqueue(orderOf(1), NO_LIMIT);
    expect(await store.advance(idOf(1), "preparing", ONE)).toBe(false);
    await store.claim(ONE, NO_LIMIT);
    expect(await store.advance(idOf(1), "running", TWO)).toBe(false);
    expect(await store.advance(idOf(1), "running", ONE)).toBe(true);
    expect(await store.advance(idOf(1), "running", ONE)).toBe(true); // its answer may have been lost
    expect(await store.advance(idOf(1), "judging", ONE)).toBe(true);
    expect(await store.advance(idOf(1), "running", ONE)).toBe(false);
    expect(await store.find(idOf(1))).toMatchObject({ run: { state: "judging" } });
    await store.finish(recordOf(orderOf(1)));
    expect(await store.advance(idOf(1), "judging", ONE)).toBe(false);
    expect(await store.advance(idOf(9), "running", ONE)).toBe(false);
  });
}

function abortContract(fresh: () => Promise<RunStore>): void {
  it("withdraws what has not begun: it never begins, and its record can still be kept", async () => {
    const store = await fresh();
    await store.enqueue(orderOf(1), NO_LIMIT);
    const result = await store.abort(idOf(1), "person");
    expect(result).toMatchObject({ kind: "withdrawn", run: { id: idOf(1), abortBy: "person" } });
    expect(await store.claim(ONE, NO_LIMIT)).toBeUndefined();
    expect(await store.active()).toEqual([]);
    expect(await store.missing([idOf(1)])).toEqual([idOf(1)]);
    // The daemon may have died before it kept the record: whoever asks again gets the run again.
    expect(await store.abort(idOf(1), "person")).toMatchObject({ kind: "withdrawn" });
    expect(await store.list({ limit: 1 })).toMatchObject([{ id: idOf(1), state: "aborted" }]);
    const reason = { code: "aborted_by_person", text: "Withdrawn." } as const;
    await store.finish(recordOf(orderOf(1), { state: "aborted", verdict: null, reason, aborted_by: "person" }));
    expect(await store.abort(idOf(1), "person")).toEqual({ kind: "ended" });
    expect(await store.missing([idOf(1)])).toEqual([]);
  });

  it("asks the daemon that has the run, which hears it with each heartbeat; the first to ask is named", async () => {
    const store = await fresh();
    await atWork(store, orderOf(1), ONE);
    expect(await store.heartbeat(ONE)).toEqual({ abort: [], lost: [] });
    expect(await store.abort(idOf(1), "spend_cap")).toMatchObject({ kind: "asked", run: { abortBy: "spend_cap" } });
    expect(await store.abort(idOf(1), "person")).toMatchObject({ kind: "asked", run: { abortBy: "spend_cap" } });
    for (const times of [1, 2])
      expect(await store.heartbeat(ONE), `${times}`).toEqual({ abort: [{ id: idOf(1), by: "spend_cap" }], lost: [] });
    expect(await store.heartbeat(TWO)).toEqual({ abort: [], lost: [] });
    await store.finish(recordOf(orderOf(1), { state: "aborted", verdict: null }));
    expect(await store.heartbeat(ONE)).toEqual({ abort: [], lost: [] });
    expect(await store.abort(idOf(1), "person")).toEqual({ kind: "ended" });
    expect(await store.abort(idOf(2), "person")).toEqual({ kind: "unknown" });
  });
}

function instanceContract(fresh: () => Promise<RunStore>): void {
  it("knows which runs were left behind, by whom, and tells the owner what was taken from it", async () => {
    const store = await fresh();
    await atWork(store, orderOf(1), ONE);
    await store.heartbeat(ONE);
    expect(await store.abandoned(TWO, 60 * MINUTE_MS)).toEqual([]);
    expect(await store.abandoned(ONE, 0)).toEqual([]);
    const [left] = await store.abandoned(TWO, 0);
    expect(left).toMatchObject({ run: { id: idOf(1), state: "running", owner: "one" }, owner: ONE });
    expect(Math.abs((left?.lastHeartbeat ?? 0) - (await store.now()))).toBeLessThan(MINUTE_MS);
    await expect.poll(async () => await store.abandoned(TWO, 20)).toHaveLength(1);
    await store.finish(recordOf(orderOf(1), { state: "lost", verdict: null }));
    expect(await store.abandoned(TWO, 0)).toEqual([]);
    expect(await store.heartbeat(ONE)).toEqual({ abort: [], lost: [idOf(1)] });
    expect(await store.heartbeat(TWO)).toEqual({ abort: [], lost: [] });
  });

  it("counts a daemon that left as silent at once, but not one that came back", async () => {
    const store = await fresh();
    await atWork(store, orderOf(1), ONE);
    await store.leave(ONE);
    expect(await store.abandoned(TWO, 60 * MINUTE_MS)).toMatchObject([{ run: { id: idOf(1) }, owner: ONE }]);
    await store.heartbeat(ONE);
    expect(await store.abandoned(TWO, 60 * MINUTE_MS)).toEqual([]);
    await store.leave(instanceOf("never-seen"));
  });
}
