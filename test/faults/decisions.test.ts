import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunId, RunRecord } from "../../src/model/index.ts";
import { applyRetention, newestRecords, readDecisions, recordDecision } from "../../src/record/index.ts";
import { passing } from "../fixtures/records/runs.ts";

const AT = Date.parse("2026-11-23T12:00:00Z");
const RUN = "20260101T020000Z-chat-api-aaaa" as RunId;
const OTHER = "20260102T020000Z-chat-api-bbbb" as RunId;
const BASE = passing().record;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatbench-decisions-"));
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, "decisions.jsonl");
const pin = (run: RunId, kind: "pin" | "unpin" = "pin") => recordDecision(folder, { kind, run, by: "ada", at: AT });

async function decisions() {
  const read = await readDecisions(folder);
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

async function keep(id: string, change: Partial<RunRecord> = {}): Promise<void> {
  await mkdir(join(folder, id));
  const scenario = id.slice(17, -5);
  await writeFile(join(folder, id, "record.json"), JSON.stringify({ ...BASE, id, scenario, ...change }));
}

describe("decisions", () => {
  it("are none where there is no file, and hold with who and when until they are taken back", async () => {
    expect((await decisions()).pins.size).toBe(0);
    expect(await pin(RUN)).toEqual({});
    await pin(OTHER);
    await pin(RUN, "unpin");
    await recordDecision(folder, { kind: "acknowledge", run: RUN, by: "bob", at: AT, note: "known" });
    await recordDecision(folder, {
      kind: "mute",
      scenario: "chat-api",
      until: "2026-12-01T00:00:00Z",
      by: "bob",
      at: AT,
    });
    const held = await decisions();
    expect([...held.pins.keys()]).toEqual([OTHER]);
    expect(held.pins.get(OTHER)).toEqual({ kind: "pin", run: OTHER, by: "ada", at: "2026-11-23T12:00:00.000Z" });
    expect(held.acknowledged.get(RUN)?.note).toBe("known");
    expect(held.mutes.get("chat-api")?.by).toBe("bob");
    await recordDecision(folder, { kind: "unmute", scenario: "chat-api", by: "bob", at: AT });
    expect((await decisions()).mutes.size).toBe(0);
    expect((await readFile(file(), "utf8")).split("\n")).toHaveLength(7);
  });

  it("survive half a last line: it is said, the others hold, and the next one is whole", async () => {
    await pin(RUN);
    await appendFile(file(), '{"kind":"pin","run":"2026');
    expect((await decisions()).quarantined).toEqual([
      `${file()}:2 is no decision and is passed over: it ends in the middle, as after a crash.`,
    ]);
    await pin(OTHER);
    const held = await decisions();
    expect([...held.pins.keys()]).toEqual([RUN, OTHER]);
    expect(held.quarantined).toEqual([`${file()}:2 is no decision and is passed over.`]);
  });

  it("40: lines that are no decisions hide no others", async () => {
    await writeFile(file(), 'null\n[]\n{"kind":"pin","run":"../..","by":"x","at":"2026-11-23T12:00:00Z"}\n\n\0\n');
    await pin(RUN);
    const held = await decisions();
    expect([...held.pins.keys()]).toEqual([RUN]);
    expect(held.quarantined).toHaveLength(4);
  });

  it("made at the same time are all kept, each whole", async () => {
    const ids = Array.from(
      { length: 40 },
      (_, i) => `20260101T020000Z-chat-api-a${String(i).padStart(3, "0")}` as RunId,
    );
    await Promise.all(ids.map((id) => pin(id)));
    const held = await decisions();
    expect([...held.pins.keys()].sort()).toEqual(ids);
    expect(held.quarantined).toEqual([]);
  });

  it("37: say what is in the way of keeping them, and of reading them", async () => {
    await mkdir(file());
    expect((await pin(RUN)).problem?.text).toContain(file());
    expect(await readDecisions(folder)).toEqual({
      problem: `The decisions cannot be read: ${file()} is not a plain file.`,
    });
  });
});

describe("39: retention", () => {
  const limits = { keepRuns: 1, keepDays: 30, now: AT };

  it("keeps a pinned baseline, and tells what it removed", async () => {
    for (const id of [RUN, OTHER, "20261123T020000Z-chat-api-cccc"]) await keep(id);
    await pin(RUN);
    expect(await applyRetention(folder, limits)).toEqual({ removed: [OTHER], problems: [] });
    expect(await applyRetention(folder, limits)).toEqual({ removed: [], problems: [] });
    await pin(RUN, "unpin");
    expect(await applyRetention(folder, limits)).toEqual({ removed: [RUN], problems: [] });
  });

  it("removes nothing while nobody can tell what is pinned", async () => {
    for (const id of [RUN, OTHER]) await keep(id);
    await mkdir(file());
    expect(await applyRetention(folder, limits)).toEqual({
      removed: [],
      problems: [`The decisions cannot be read: ${file()} is not a plain file. Nothing is removed.`],
    });
  });
});

describe("the newest records", () => {
  it("are found for each scenario by name; what is no record is told", async () => {
    for (let day = 10; day < 30; day += 1) await keep(`202601${day}T020000Z-busy-aaaa`);
    await keep("20250101T000000Z-rare-aaaa", { trigger: "manual" });
    await mkdir(join(folder, "20260201T000000Z-busy-aaaa"));
    const found = await newestRecords(folder, { perScenario: 3 });
    expect(found).toMatchObject({
      records: [
        { id: "20260129T020000Z-busy-aaaa" },
        { id: "20260128T020000Z-busy-aaaa" },
        { id: "20250101T000000Z-rare-aaaa" },
      ],
      problems: [{ id: "20260201T000000Z-busy-aaaa" }],
    });
    const rare = await newestRecords(folder, { scenarios: ["rare", "never"] });
    expect("records" in rare && rare.records).toHaveLength(1);
  });

  it("are looked for further back where that is wanted, and no further", async () => {
    for (let n = 10; n < 99; n += 1)
      await keep(`20260102T0200${String(n % 60).padStart(2, "0")}Z-busy-aa${String(n)}`, { trigger: "pull_request" });
    await keep("20260101T020000Z-busy-aaaa", { trigger: "cron" });
    for (let day = 1; day < 29; day += 1) await keep(`202512${String(day).padStart(2, "0")}T020000Z-busy-aaaa`);
    const wantsMore = (_: string, records: readonly RunRecord[]): boolean =>
      records.every(({ trigger }) => trigger !== "cron");
    const found = await newestRecords(folder, { perScenario: 3, wantsMore });
    const ids = "records" in found ? found.records.map(({ id }) => id) : [];
    expect(ids).toContain("20260101T020000Z-busy-aaaa");
    // In handfuls: the one that holds what was wanted is the last.
    expect(ids).not.toContain("20251201T020000Z-busy-aaaa");
  });

  it("are none where nothing has run", async () => {
    expect(await newestRecords(join(folder, "none"))).toEqual({ records: [], problems: [] });
  });
});
