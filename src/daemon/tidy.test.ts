import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMemoryStore } from "../../test/support/memory-store.ts";
import { SILENT } from "../../test/support/sim/daemon.ts";
import { idOf, orderOf, recordOf } from "../../test/support/store-samples.ts";
import type { Config } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { createRecords } from "../record/index.ts";
import { createHistory } from "./history.ts";
import { createResultsTidy } from "./tidy.ts";

const held = { folder: "" };
beforeEach(async () => void (held.folder = await mkdtemp(join(tmpdir(), "chatbench-tidy-"))));
afterEach(() => rm(held.folder, { recursive: true, force: true }));

it("39: runs that were removed while the database was away are forgotten there once it is back, and the log says so", async () => {
  const store = createMemoryStore(() => systemClock.now());
  const records = createRecords(held.folder);
  for (const number of [1, 2, 3]) {
    await records.save(recordOf(orderOf(number)));
    await store.finish(recordOf(orderOf(number)));
  }
  const warned: string[] = [];
  const config = { results: { folder: held.folder, keepRuns: 1, keepDays: 36_500 } } as Config;
  const tidy = createResultsTidy({
    ...{
      config: () => config,
      overview: () => Promise.resolve({}),
      store,
      history: createHistory(),
      clock: systemClock,
    },
    log: { ...SILENT, warn: (text) => void warned.push(text) },
  });
  store.setAway(true);
  await tidy();
  expect(warned).toEqual([expect.stringMatching(/^The database still lists runs that retention removed: /)]);
  store.setAway(false);
  await tidy();
  expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual([idOf(3)]);
});
