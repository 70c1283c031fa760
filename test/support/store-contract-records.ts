import { expect, it } from "vitest";
import type { RunQuery, RunRecord, RunStore } from "../../src/model/index.ts";
import { NO_LIMIT, atWork, idOf, instanceOf, orderOf, recordOf, recordWithFacts } from "./store-samples.ts";
import { factsOf } from "./facts.ts";

const ONE = instanceOf("one");

export function recordsContract(fresh: () => Promise<RunStore>): void {
  finishContract(fresh);
  listContract(fresh);
  latestContract(fresh);
}

function finishContract(fresh: () => Promise<RunStore>): void {
  it("stores a run that ended and takes it off the queue; the same again changes nothing", async () => {
    const store = await fresh();
    await atWork(store, orderOf(1), ONE);
    const record = recordOf(orderOf(1));
    await store.finish(record);
    expect(await store.active()).toEqual([]);
    expect(await store.find(idOf(1))).toEqual({ record });
    await store.finish({ ...record, state: "error", verdict: null });
    expect(await store.find(idOf(1))).toEqual({ record });
    expect(await store.list({ limit: 9 })).toHaveLength(1);
    expect(await store.find(idOf(2))).toBeUndefined();
  });

  it("changes nothing of a stored run but its telemetry", async () => {
    const store = await fresh();
    const record = recordOf(orderOf(1));
    await store.finish(record);
    const telemetry = { prometheus: "complete", requests_sent: 5, requests_found: 5 } as const;
    await store.finish({ ...record, verdict: "fail", telemetry });
    expect(await store.find(idOf(1))).toEqual({ record: { ...record, telemetry } });
  });

  it("stores runs that it never queued, and says which ones it misses", async () => {
    const store = await fresh();
    await store.finish(recordOf(orderOf(1)));
    await store.enqueue(orderOf(2), NO_LIMIT);
    expect(await store.missing([idOf(1), idOf(2), idOf(3)])).toEqual([idOf(2), idOf(3)]);
    expect(await store.missing([])).toEqual([]);
  });

  it("keeps the record without its trials' facts", async () => {
    const store = await fresh();
    const record = recordWithFacts(orderOf(1), factsOf(20));
    await store.finish(record);
    const trial = Object.fromEntries(Object.entries(record.trials[0]!).filter(([key]) => key !== "facts"));
    expect(await store.find(idOf(1))).toEqual({ record: { ...record, trials: [trial] } });
  });

  it("keeps texts that a database cannot hold, with a sign in the place of what it cannot", async () => {
    const store = await fresh();
    const text = 'NUL \0, half a pair \ud83d, a whole one 😀, \\u0000 written out, \\\\ and "quotes"';
    const reason = { code: "script_broken", text } as const;
    await store.finish(recordOf(orderOf(1), { state: "error", verdict: null, reason }));
    const kept = { code: "script_broken", text: text.replace("\0", "\ufffd").replace("\ud83d,", "\ufffd,") };
    expect(await store.find(idOf(1))).toMatchObject({ record: { reason: kept } });
    expect(await store.list({ limit: 1 })).toMatchObject([{ reason: kept }]);
  });

  it("forgets what retention removed, but nothing that waits or works", async () => {
    const store = await fresh();
    await store.finish(recordOf(orderOf(1)));
    await store.enqueue(orderOf(2), NO_LIMIT);
    await store.forget([idOf(1), idOf(2), idOf(3)]);
    expect(await store.find(idOf(1))).toBeUndefined();
    expect(await store.find(idOf(2))).toBeDefined();
  });
}

function listContract(fresh: () => Promise<RunStore>): void {
  const idsOf = async (store: RunStore, query: RunQuery): Promise<readonly string[]> =>
    (await store.list(query)).map(({ id }) => id);

  it("lists the newest first, page by page, without gap or repetition", async () => {
    const store = await fresh();
    for (let number = 0; number < 7; number += 1) await store.finish(recordOf(orderOf(number)));
    const first = await idsOf(store, { limit: 3 });
    expect(first).toEqual([idOf(6), idOf(5), idOf(4)]);
    expect(await idsOf(store, { limit: 3, before: idOf(4) })).toEqual([idOf(3), idOf(2), idOf(1)]);
    expect(await idsOf(store, { limit: 3, before: idOf(1) })).toEqual([idOf(0)]);
  });

  it("limits a list by scenario, target, trigger and state, each alone and together", async () => {
    const store = await fresh();
    await store.finish(recordOf(orderOf(1)));
    await store.finish(recordOf(orderOf(2, { scenario: "other", target: "gateway" })));
    await store.finish(recordOf(orderOf(3, { trigger: "cron" }), { state: "error", verdict: null }));
    await store.enqueue(orderOf(4), NO_LIMIT);
    const limit = 9;
    expect(await idsOf(store, { limit, scenario: "chat-api" })).toEqual([idOf(4), idOf(3), idOf(1)]);
    expect(await idsOf(store, { limit, target: "gateway" })).toEqual([idOf(2, "other")]);
    expect(await idsOf(store, { limit, trigger: "cron" })).toEqual([idOf(3)]);
    expect(await idsOf(store, { limit, state: "queued" })).toEqual([idOf(4)]);
    const all = { limit, scenario: "chat-api", target: "chatbot", trigger: "manual", state: "finished" } as const;
    expect(await idsOf(store, { ...all, before: idOf(3) })).toEqual([idOf(1)]);
  });

  it("tells in a row what a table shows", async () => {
    const store = await fresh();
    await atWork(store, orderOf(1), ONE);
    const record = recordOf(orderOf(1));
    await store.finish(record);
    const { id, scenario, target, trigger, state, verdict, reason, measurements, revision } = record;
    const { started_at, ended_at } = record;
    const [row] = await store.list({ limit: 1 });
    expect(row).toEqual({
      ...{ id, scenario, target, trigger, state, verdict, reason, measurements, revision },
      ...{ started_at, ended_at, queued_at: expect.stringMatching(/Z$/) as string },
    });
  });
}

function latestContract(fresh: () => Promise<RunStore>): void {
  it("knows the newest run and the newest judged one of each scenario and trigger", async () => {
    const store = await fresh();
    const records: RunRecord[] = [
      recordOf(orderOf(1), { verdict: "fail" }),
      recordOf(orderOf(2), { verdict: "warning" }),
      recordOf(orderOf(3), { verdict: "invalid" }),
      recordOf(orderOf(4), { state: "error", verdict: null }),
      recordOf(orderOf(5, { trigger: "cron" })),
      recordOf(orderOf(6, { scenario: "other" }), { state: "lost", verdict: null }),
    ];
    for (const record of records) await store.finish(record);
    await store.enqueue(orderOf(9), NO_LIMIT);
    const latest = await store.latest();
    const expected = [records[1], records[3], records[4], records[5]].map((record) => record!.id).sort();
    expect(latest.map(({ id }) => id).sort()).toEqual(expected);
    expect(latest.find(({ id }) => id === idOf(4))).toEqual(records[3]);
  });

  it("5: a run that a clock of 2031 named hides no later one", async () => {
    const store = await fresh();
    const wrong = { ...recordOf(orderOf(1)), id: "20311126T020000Z-chat-api-aaaa" };
    for (const record of [wrong, recordOf(orderOf(2)), recordOf(orderOf(3), { verdict: "fail" })])
      await store.finish(record);
    expect((await store.latest()).map(({ id }) => id)).toEqual([idOf(3)]);
  });

  it("knows nothing before the first run", async () => {
    expect(await (await fresh()).latest()).toEqual([]);
  });
}
