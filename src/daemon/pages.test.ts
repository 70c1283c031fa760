import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { factsOf } from "../../test/support/facts.ts";
import { idOf, orderOf, recordOf, recordWithFacts } from "../../test/support/store-samples.ts";
import { createRecords } from "../record/index.ts";
import { createOverview, writeOverview } from "./pages.ts";

const folders: string[] = [];
const folder = (): string => folders.at(-1) ?? "";

beforeEach(async () => void folders.push(await mkdtemp(join(tmpdir(), "chatbench-pages-"))));
afterEach(() => rm(folder(), { recursive: true, force: true }));

const page = (): Promise<string> => readFile(join(folder(), "report.html"), "utf8");
const damage = (number: number): Promise<void> => writeFile(join(folder(), idOf(number), "record.json"), "{");

it("the overview after each run is the one made of all files, and reads none of them twice", async () => {
  const records = createRecords(folder());
  const overview = createOverview(folder(), records);
  for (let number = 1; number <= 20; number += 1) {
    await mkdir(join(folder(), idOf(number)));
    await records.save(recordWithFacts(orderOf(number), factsOf(1_000 + number)));
  }
  await overview();
  await records.save(recordOf(orderOf(21), { verdict: "fail", telemetry: { prometheus: "complete" } }));
  await overview();
  const known = await page();
  await writeOverview(folder(), records);
  expect(known).toBe(await page());
  await damage(3);
  await overview();
  expect(await page()).toBe(known);
});

it("5: a run that a clock of 2031 named is not the newest of its scenario", async () => {
  const records = createRecords(folder());
  await records.save({ ...recordOf(orderOf(1)), id: "20311126T020000Z-chat-api-aaaa" });
  await records.save(recordOf(orderOf(2), { verdict: "fail" }));
  await writeOverview(folder(), records, { now: () => Date.parse("2026-11-24T02:00:00Z") });
  expect(await page()).toContain("0 of 1 scenario passes");
});

it("a run that was removed leaves the overview, and a file that was never whole stays listed as such", async () => {
  const records = createRecords(folder());
  const overview = createOverview(folder(), records);
  for (const number of [1, 2]) await records.save(recordOf(orderOf(number)));
  await mkdir(join(folder(), idOf(3)));
  await damage(3);
  await overview();
  await rm(join(folder(), idOf(1)), { recursive: true });
  await overview();
  expect(await page()).not.toContain(idOf(1));
  expect(await page()).toContain(idOf(2));
  expect(await page()).toContain(idOf(3));
});

it("says why the overview could not be written: no folder, something else of that name, a folder that cannot be listed", async () => {
  const problem = async (at: string): Promise<string | undefined> =>
    (await writeOverview(at, createRecords(at))).problem?.text;
  expect(await problem(join(folder(), "none"))).toContain(`${join(folder(), "none", "report.html")} does not exist`);
  await mkdir(join(folder(), "report.html"));
  expect(await problem(folder())).toContain("report.html is a folder");
  await writeFile(join(folder(), "file"), "");
  expect(await problem(join(folder(), "file"))).toContain("cannot be listed");
});

it("a scenario that ran last before the newest five hundred runs is still on the overview", async () => {
  await createRecords(folder()).save(recordOf(orderOf(1, { scenario: "yearly" })));
  for (let number = 2; number <= 502; number += 1) {
    await mkdir(join(folder(), idOf(number)));
    await writeFile(join(folder(), idOf(number), "record.json"), JSON.stringify(recordOf(orderOf(number))));
  }
  expect(await writeOverview(folder(), createRecords(folder()))).toEqual({});
  expect(await page()).toContain(idOf(1, "yearly"));
});
