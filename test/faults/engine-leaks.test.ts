import { readdirSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { FAKES, inFolder, k6Engine, trialWork, watcher } from "../support/k6.ts";
import { wholeSummary } from "../support/summary.ts";

// A daemon runs for weeks: what a run takes of the process, it gives back, however it ends.

const FAKE_SUMMARY = JSON.stringify(wholeSummary());
const ENDS = ["exit:0", "exit:99", "exit:107", "stay", "stubborn"] as const;

function held(): { readonly files: number; readonly timers: number } {
  const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  return { files: readdirSync("/proc/self/fd").length, timers };
}

it("leaves no file descriptor and no timer behind, however its runs end", async () => {
  await inFolder(async (parent) => {
    const link = join(parent, "k6");
    const engine = k6Engine({ search: { searchPath: "", folders: [], named: link }, graceMs: 20 });
    const runOnce = async (does: string, breaks: boolean): Promise<void> => {
      await inFolder(async (folder) => {
        // k6's record, which the fixture does not write: it is followed like the real one.
        await writeFile(join(folder, "dashboard.ndjson"), '{"event":"none"}\n');
        const watch = watcher();
        const env = { FAKE_K6: does, FAKE_SUMMARY };
        const running = engine.run(trialWork({ script: "talk.js", folder, env, maxSeconds: 0.2 }), watch);
        if (breaks) watch.killNow();
        await running;
      });
    };
    await symlink(join(FAKES, "fake.mjs"), link);
    await runOnce("exit:0", false);
    const before = held();
    for (let round = 0; round < 4; round++)
      await Promise.all(ENDS.map((does, index) => runOnce(does, index === round)));
    await rm(link);
    await runOnce("exit:0", false); // no k6 to be found
    // The test runner has a timer of its own now and then; a leak would leave one or more of each of the twenty runs.
    await vi.waitFor(
      () => {
        const after = held();
        expect(after.files).toBe(before.files);
        expect(after.timers).toBeLessThan(before.timers + 5);
      },
      { timeout: 5000 },
    );
  });
});
