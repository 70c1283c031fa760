import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunId, RunRecord } from "../../src/model/index.ts";
import {
  applyRetention,
  createRecords,
  createRunFolders,
  listRecords,
  readRecord,
  readTimeline,
} from "../../src/record/index.ts";
import { openedRun } from "../support/opened.ts";
import { broken, failing, invalid, passing, warning } from "../fixtures/records/runs.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await realpath(await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`)));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

const asRoot = process.getuid?.() === 0;

async function write(folder: string, record: RunRecord): Promise<void> {
  const records = createRecords(folder);
  expect(await records.open(openedRun(record.id))).toEqual({ folder: join(folder, record.id) });
  expect(await records.save(record)).toEqual({});
}

/** A real, tiny file system, gone again after the work. */
async function mounted(path: string, options: string, work: () => Promise<void>): Promise<void> {
  await mkdir(path, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  try {
    await work();
  } finally {
    execFileSync("umount", [path]);
  }
}

it("reads back every kind of record as it was written, newest first", async ({ folder }) => {
  const runs = [warning(), passing(), failing(), invalid(), broken()].map((run) => run.record);
  for (const record of runs) await write(folder, record);
  expect(await listRecords(folder)).toEqual({ records: [...runs].reverse(), quarantined: [], unfinished: [] });
  expect(await listRecords(folder, { limit: 2 })).toMatchObject({
    records: [{ id: runs[4]?.id }, { id: runs[3]?.id }],
  });
  expect(await readRecord(folder, runs[0]?.id ?? "")).toEqual({ record: runs[0] });
});

it("reads a timeline back, and knows a run that has none", async ({ folder }) => {
  const { record, timeline } = passing();
  await write(folder, record);
  expect(await readTimeline(folder, record.id)).toEqual({ timeline: undefined });
  await createRecords(folder).saveTimeline(record.id as RunId, timeline!);
  expect(await readTimeline(folder, record.id)).toEqual({ timeline });
});

it("refuses to write a record that could not be read back", async ({ folder }) => {
  const { record } = passing();
  await write(folder, record);
  const nan: RunRecord = { ...record, measurements: { latency_p95: { value: NaN, unit: "s", samples: 1 } } };
  expect(await createRecords(folder).save(nan)).toMatchObject({ problem: { code: "internal" } });
  expect(await readRecord(folder, record.id)).toEqual({ record });
});

it("opens no folder twice for the same run", async ({ folder }) => {
  await write(folder, passing().record);
  expect(await createRecords(folder).open(openedRun(passing().record.id))).toMatchObject({
    problem: { code: "storage" },
  });
});

it("lets a run end once: another end is refused and told, only what was read back later may change", async ({
  folder,
}) => {
  const { record } = passing();
  await write(folder, record);
  const records = createRecords(folder);
  const other: RunRecord = { ...record, state: "lost", verdict: null };
  expect(await records.save(other)).toMatchObject({ problem: { code: "storage" }, stands: record });
  const telemetry = { prometheus: "complete", requests_sent: 3, requests_found: 3 } as const;
  expect(await records.save({ ...record, target: "another", telemetry })).toEqual({ stands: { ...record, telemetry } });
  expect(await readRecord(folder, record.id)).toEqual({ record: { ...record, telemetry } });
});

it("keeps the record of a run that never had a folder", async ({ folder }) => {
  const { record } = broken();
  expect(await createRecords(folder).save(record)).toEqual({});
  expect(await readRecord(folder, record.id)).toEqual({ record });
});

it("tells of each run folder what it is: its request, its record, neither, or no run at all", async ({ folder }) => {
  const [done, died, empty, bad] = [passing().record, warning().record, failing().record, invalid().record];
  const records = createRecords(folder);
  await write(folder, done);
  const request = openedRun(died.id, { slot: 5, revision: "3f2c1ab" });
  await records.open(request);
  await mkdir(join(folder, empty.id));
  await mkdir(join(folder, bad.id));
  await writeFile(join(folder, bad.id, "record.json"), "{");
  await writeFile(join(folder, bad.id, "request.json"), JSON.stringify({ ...request, id: "../../etc" }));
  await writeFile(join(folder, "notes.txt"), "");
  const folders = createRunFolders(folder);
  const listed = await folders.list();
  const ids = [done, died, empty, bad].map(({ id }) => id as RunId).sort();
  expect(listed).toEqual({
    ids: ids.toReversed(),
    strangers: [{ name: "notes.txt", problem: `${join(folder, "notes.txt")} is not the folder of a run.` }],
  });
  expect([...(await folders.unfinished(ids))].sort()).toEqual([died.id, empty.id].sort());
  expect(await folders.opened(died.id as RunId)).toEqual({ folder: join(folder, died.id), run: request });
  expect(await folders.opened(empty.id as RunId)).toBeUndefined();
  expect(await folders.opened(bad.id as RunId)).toBeUndefined();
  expect(await folders.record(done.id as RunId)).toEqual({ record: done });
  expect(await folders.record(died.id as RunId)).toBeUndefined();
  expect(await folders.record(bad.id as RunId)).toMatchObject({ problem: expect.stringContaining(bad.id) as string });
  expect(await createRunFolders(join(folder, "none")).list()).toEqual({ ids: [], strangers: [] });
});

describe("case 36, disk full while writing", () => {
  it.runIf(asRoot)("leaves no half file, keeps older results and says so", async ({ folder }) => {
    const results = join(folder, "results");
    await mounted(results, "size=64k", async () => {
      const older = broken().record;
      const { record } = passing();
      await write(results, older);
      const records = createRecords(results);
      expect(await records.open(openedRun(record.id))).toHaveProperty("folder");
      await writeFile(join(results, "filler"), "x".repeat(200_000)).catch(() => undefined);
      const saved = await records.save(record);
      expect(saved.problem?.code).toBe("storage");
      expect(saved.problem?.text).toContain("the disk is full");
      expect(saved.problem?.text).toContain(join(results, record.id, "record.json"));
      expect(await readdir(join(results, record.id))).toEqual(["request.json"]);
      expect(await listRecords(results)).toMatchObject({ records: [older], unfinished: [record.id] });
    });
  });

  it.runIf(asRoot)("keeps the older record of the same run when the new one does not fit", async ({ folder }) => {
    const results = join(folder, "results");
    await mounted(results, "size=64k", async () => {
      const { record } = broken();
      await write(results, record);
      const large: RunRecord = { ...record, telemetry: { prometheus: "incomplete", reason: "x".repeat(100_000) } };
      expect(await createRecords(results).save(large)).toMatchObject({ problem: { code: "storage" } });
      expect(await readRecord(results, record.id)).toEqual({ record });
      expect(await readdir(join(results, record.id))).toEqual(["record.json", "request.json"]);
    });
  });

  it.runIf(asRoot)("tells that a timeline was not kept, without stopping the run", async ({ folder }) => {
    const results = join(folder, "results");
    await mounted(results, "size=64k", async () => {
      const heard: string[] = [];
      const records = createRecords(results, { onProblem: (problem) => heard.push(problem.text) });
      const { record, timeline } = passing();
      await records.open(openedRun(record.id));
      await records.saveTimeline(record.id as RunId, timeline!);
      expect(heard).toEqual([expect.stringContaining("the disk is full")]);
      expect(await readTimeline(results, record.id)).toEqual({ timeline: undefined });
    });
  });
});

describe("case 37, the results folder", () => {
  it("is made when it is missing", async ({ folder }) => {
    await write(join(folder, "a", "results"), passing().record);
  });

  it.runIf(asRoot)("is refused with its path when it is read-only", async ({ folder }) => {
    const results = join(folder, "results");
    await mounted(results, "size=64k,ro", async () => {
      const opened = await createRecords(results).open(openedRun(passing().record.id));
      expect(opened).toEqual({
        problem: {
          code: "storage",
          text: `Results cannot be written: ${results} lies on a read-only file system. Make ${results} writable or name another results.folder.`,
        },
      });
    });
  });

  it("is refused with its path when it is a file", async ({ folder }) => {
    const results = join(folder, "results");
    await writeFile(results, "precious");
    const opened = await createRecords(results).open(openedRun(passing().record.id));
    expect(opened).toMatchObject({ problem: { code: "storage", text: expect.stringContaining(results) as string } });
    expect(await readFile(results, "utf8")).toBe("precious");
  });

  it("is refused with both paths when it is a symbolic link out", async ({ folder }) => {
    const results = join(folder, "results");
    await mkdir(join(folder, "elsewhere"));
    await symlink(join(folder, "elsewhere"), results);
    const opened = await createRecords(results).open(openedRun(passing().record.id));
    expect(opened).toMatchObject({
      problem: {
        text: expect.stringContaining(`${results} is a symbolic link to ${join(folder, "elsewhere")}`) as string,
      },
    });
    expect(await readdir(join(folder, "elsewhere"))).toEqual([]);
  });
});

describe("case 40, bad files in results", () => {
  it("are quarantined one by one while the list is served", async ({ folder }) => {
    const good = passing().record;
    await write(folder, good);
    const bad = async (id: string, text: string): Promise<void> => {
      await mkdir(join(folder, id));
      await writeFile(join(folder, id, "record.json"), text);
    };
    await bad("20261101T000000Z-half-aaaa", JSON.stringify(good).slice(0, 900));
    await bad(
      "20261102T000000Z-shape-aaaa",
      JSON.stringify({ ...good, measurements: { latency_p95: { value: "fast" } } }),
    );
    await bad("20261103T000000Z-other-aaaa", JSON.stringify(good));
    await bad("20261104T000000Z-null-aaaa", "null");
    await bad("20261105T000000Z-empty-aaaa", "");
    await bad(
      "20261106T000000Z-verdict-aaaa",
      JSON.stringify({ ...good, id: "20261106T000000Z-verdict-aaaa", state: "error" }),
    );
    await mkdir(join(folder, "20261107T000000Z-running-aaaa"));
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeFile(join(folder, ".gitkeep"), "");
    await writeFile(join(folder, "report.html"), "");
    await symlink("/etc", join(folder, "20261108T000000Z-link-aaaa"));
    execFileSync("mkfifo", [join(folder, "20261107T000000Z-running-aaaa", "pipe")]);

    const list = await listRecords(folder);
    expect(list).toMatchObject({ records: [good], unfinished: ["20261107T000000Z-running-aaaa"] });
    const quarantined = "quarantined" in list ? list.quarantined : [];
    expect(quarantined.map((q) => q.name)).toEqual([
      "notes.txt",
      "20261108T000000Z-link-aaaa",
      "20261106T000000Z-verdict-aaaa",
      "20261105T000000Z-empty-aaaa",
      "20261104T000000Z-null-aaaa",
      "20261103T000000Z-other-aaaa",
      "20261102T000000Z-shape-aaaa",
      "20261101T000000Z-half-aaaa",
    ]);
    expect(quarantined.at(-1)?.problem).toBe(
      join(folder, "20261101T000000Z-half-aaaa", "record.json is not whole JSON."),
    );
    expect(quarantined.at(-2)?.problem).toContain("has the wrong shape at measurements.latency_p95.value");
  });

  it("are not read through links or pipes", async ({ folder }) => {
    const id = "20261107T000000Z-pipe-aaaa";
    await mkdir(join(folder, id));
    execFileSync("mkfifo", [join(folder, id, "record.json")]);
    expect(await listRecords(folder)).toMatchObject({ quarantined: [{ name: id }] });
    const outside = await mkdtemp(join(tmpdir(), "chatbench-outside-"));
    await writeFile(join(outside, "record.json"), JSON.stringify(passing().record));
    await symlink(outside, join(folder, passing().record.id));
    expect(await readRecord(folder, passing().record.id)).toMatchObject({
      problem: expect.stringContaining("leads out of") as string,
    });
    await rm(outside, { recursive: true });
  });

  it("lets no id from outside leave the results", async ({ folder }) => {
    for (const id of ["../../etc/passwd", "..", "", "a/b", "20261107T000000Z-x-aaaa/../..", "\0"]) {
      expect(await readRecord(folder, id)).toMatchObject({
        problem: expect.stringContaining("is not a run id") as string,
      });
    }
  });
});

describe("retention", () => {
  it("removes expired runs whole and leaves everything that is no readable record", async ({ folder }) => {
    const old = passing("20260901T000000Z-chat-api-aaaa").record;
    const newer = passing().record;
    await write(folder, old);
    await write(folder, newer);
    await mkdir(join(folder, "20200101T000000Z-unfinished-aaaa"));
    await mkdir(join(folder, ".removing-20190101T000000Z-x-aaaa"));
    await writeFile(join(folder, "notes.txt"), "mine");
    const result = await applyRetention(folder, {
      keepRuns: 10,
      keepDays: 30,
      now: Date.parse("2026-11-24T00:00:00Z"),
    });
    expect(result).toEqual({ removed: [old.id], problems: [] });
    expect(await readdir(folder)).toEqual(["20200101T000000Z-unfinished-aaaa", newer.id, "notes.txt"]);
  });
});
