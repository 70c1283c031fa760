import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { startTimeOf } from "../../src/platform/process-identity.ts";
import { k6Engine, runScript } from "../support/k6.ts";
import { wholeSummary } from "../support/summary.ts";

const MIB = 1024 ** 2;
const engine = k6Engine({ fake: "fake.mjs" });
const FAKE_SUMMARY = JSON.stringify(wholeSummary());

it("case 20: a grandchild that holds standard output delays the end by two seconds only, and is gone afterwards", async () => {
  const env = { FAKE_K6: "grandchild", FAKE_SUMMARY };
  await runScript({ script: "talk.js", engine, env }, async ({ outcome, startedAt, endedAt }, folder) => {
    expect(outcome).toEqual({ kind: "completed", exitCode: 0 });
    expect(endedAt - startedAt).toBeGreaterThan(1900);
    expect(endedAt - startedAt).toBeLessThan(5000);
    const child = Number((await readFile(join(folder, "ready"), "utf8")).split(" ")[1]);
    expect(child).toBeGreaterThan(0);
    await vi.waitFor(async () => expect(await startTimeOf(child)).toBeUndefined());
  });
});

/** Most memory of this process in MiB while k6 prints `mib` MiB. */
async function peakWhilePrinting(what: string, mib: number): Promise<number> {
  const env = { FAKE_K6: `flood:${what}`, FAKE_SUMMARY, FAKE_MIB: String(mib) };
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
  await runScript({ script: "talk.js", engine, env }, async ({ outcome }, folder) => {
    clearInterval(watching);
    expect(outcome).toEqual({ kind: "completed", exitCode: 0 }); // it was never blocked
    const log = await open(join(folder, "k6.log"));
    const { size } = await log.stat();
    const end = await log.read(Buffer.alloc(100), 0, 100, size - 100);
    await log.close();
    expect(size).toBeLessThan(16 * MIB + 200);
    expect(end.buffer.toString()).toContain(`${String((mib - 16) * MIB)} more bytes were left out`);
  });
  return most / MIB;
}

it.each(["bytes", "lines"])("case 21: 1 GB of %s on standard output fills neither disk nor memory", async (what) => {
  // What reading from a pipe takes, whatever the amount; twice, because a heap grows in steps until it is warm.
  const usual = Math.max(await peakWhilePrinting(what, 64), await peakWhilePrinting(what, 64));
  expect((await peakWhilePrinting(what, 1024)) - usual).toBeLessThan(32);
});
