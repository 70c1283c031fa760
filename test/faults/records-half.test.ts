import { mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { applyRetention, createRecords, createRunFolders, listRecords } from "../../src/record/index.ts";
import { passing } from "../fixtures/records/runs.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await realpath(await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`)));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

describe("36: killed while a page is written", () => {
  const HALF = ["report.html.0123456789ab.tmp", "decisions.jsonl.0123456789ab.tmp", ".daemon.json.0123456789ab.tmp"];
  const OTHER = "notes.0123456789ab.tmp";

  it("36: the half page is no run that was left out, and goes once nobody can still be writing it", async ({
    folder,
  }) => {
    const { record } = passing();
    expect(await createRecords(folder).save(record)).toEqual({});
    for (const name of [...HALF, OTHER]) await writeFile(join(folder, name), "<html>");
    expect(await listRecords(folder)).toMatchObject({ records: [record], quarantined: [{ name: OTHER }] });
    expect(await createRunFolders(folder).list()).toMatchObject({ ids: [record.id], strangers: [{ name: OTHER }] });
    const names = async (): Promise<string[]> => await readdir(folder);
    const limits = { keepRuns: 9, keepDays: 9_999 };
    await applyRetention(folder, { ...limits, now: Date.now() + 60_000 });
    expect(await names()).toEqual(expect.arrayContaining([...HALF, OTHER]));
    expect(await applyRetention(folder, { ...limits, now: Date.now() + 3_600_000 })).toMatchObject({ problems: [] });
    expect((await names()).sort()).toEqual([record.id, OTHER].sort());
  });
});
