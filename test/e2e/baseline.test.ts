import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import { failing, passing } from "../fixtures/records/runs.ts";
import { testMachine } from "../support/machine.ts";

const GOOD = passing().record;
const BAD = failing().record;
const VOID = { ...GOOD, id: "20261101T000000Z-chat-api-void", verdict: "invalid" };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chatbench-baseline-"));
  mkdirSync(join(folder, "load_tests"));
  writeFileSync(join(folder, "load_tests/a.js"), "export default function () {}");
  writeFileSync(
    join(folder, "chatbench.yml"),
    "targets: { bot: { base_url: http://127.0.0.1:1 } }\nscenarios: { chat-api: { script: load_tests/a.js, target: bot, pattern: smoke } }\n",
  );
  for (const record of [GOOD, BAD, VOID]) {
    mkdirSync(join(folder, "results", record.id), { recursive: true });
    writeFileSync(join(folder, "results", record.id, "record.json"), JSON.stringify(record));
  }
});

async function baseline(...args: readonly string[]) {
  const machine = testMachine(folder, { env: { USER: "ada" } });
  const code = await main(["baseline", ...args], machine);
  return { code, out: machine.printed.out(), err: machine.printed.err() };
}

const listed = async (): Promise<readonly unknown[]> =>
  (JSON.parse((await baseline("list", "--json")).out) as { baselines: unknown[] }).baselines;

describe("baseline", () => {
  it("pins a run with who, when and why, lists it, and takes it back", async () => {
    expect(await baseline("list")).toEqual({
      code: 0,
      out: "",
      err: "No run is pinned; `chatbench baseline pin RUN` pins one.\n",
    });
    const pinned = await baseline("pin", GOOD.id, "--note", "before the new model");
    expect(pinned).toEqual({ code: 0, out: `${GOOD.id} is now pinned.\n`, err: "" });
    expect(await listed()).toEqual([
      {
        run: GOOD.id,
        scenario: "chat-api",
        verdict: "pass",
        by: "ada",
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        note: "before the new model",
      },
    ]);
    expect((await baseline("list")).out).toMatch(/-4k7q {2}pass {2}pinned by ada at \S+Z: before the new model\n$/);
    expect((await baseline("unpin", GOOD.id)).out).toBe(`${GOOD.id} is no longer pinned.\n`);
    expect(await listed()).toEqual([]);
  });

  it("pins the latest run, once", async () => {
    expect((await baseline("pin", "latest")).out).toBe(`${BAD.id} is now pinned.\n`);
    expect((await baseline("pin", BAD.id)).out).toBe(`${BAD.id} is pinned already.\n`);
    expect(readFileSync(join(folder, "results/decisions.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  });

  it("still lists and unpins a run whose folder somebody took away", async () => {
    await baseline("pin", GOOD.id);
    rmSync(join(folder, "results", GOOD.id), { recursive: true });
    expect((await baseline("list")).out).toContain("its record is gone");
    expect((await baseline("unpin", GOOD.id)).code).toBe(0);
  });

  it.each([
    [["pin", VOID.id], `${VOID.id} was not judged (invalid): nothing can be compared with it.`],
    [["pin", "20260101T000000Z-chat-aaaa"], "There is no run 20260101T000000Z-chat-aaaa"],
    [["pin", "../../etc"], "is not a run id"],
    [["unpin", GOOD.id], "is not pinned; `chatbench baseline list`"],
    [["unpin", "x"], '"x" is not a run id.'],
    [["pin"], "missing required argument 'run'"],
  ])("%j is refused in one sentence", async (args, sentence) => {
    const { code, out, err } = await baseline(...args);
    expect(err).toContain(sentence);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});
