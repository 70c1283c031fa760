import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { orderOf, recordOf } from "../../test/support/store-samples.ts";
import { createRecords, newestRecords } from "./index.ts";

const held = { folder: "" };
beforeEach(async () => void (held.folder = await mkdtemp(join(tmpdir(), "chatbench-newest-"))));
afterEach(() => rm(held.folder, { recursive: true, force: true }));

it("5: runs that a clock of 2031 named take no look away from the newest of a scenario", async () => {
  const records = createRecords(held.folder);
  const ids = ["20261122T020000Z-chat-api-aaaa", "20261123T020000Z-chat-api-aaaa"];
  const wrong = ["20311124T020000Z-chat-api-aaaa", "20311125T020000Z-chat-api-aaaa"];
  for (const id of [...ids, ...wrong]) await records.save({ ...recordOf(orderOf(1)), id });
  const found = async (perScenario: number): Promise<readonly string[] | undefined> => {
    const newest = await newestRecords(held.folder, { perScenario, now: Date.parse("2026-11-24T02:00:00Z") });
    return "records" in newest ? newest.records.map(({ id }) => id) : undefined;
  };
  expect(await found(2)).toEqual([...ids].reverse());
  expect(await found(4)).toEqual([...ids, ...wrong].reverse());
});
