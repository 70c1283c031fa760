import { createHook } from "node:async_hooks";
import { readdirSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { FAKES, inFolder, k6Engine, trialWork, watcher } from "../support/k6.ts";
import { wholeSummary } from "../support/summary.ts";

// A daemon runs for weeks: what a run takes of the process, it gives back, however it ends.

const FAKE_SUMMARY = JSON.stringify(wholeSummary());
const ENDS = ["exit:0", "exit:99", "exit:107", "stay", "stubborn"] as const;

/** Where each timer that lives was begun by code of ours: the test runner has timers of its own now and then. */
function watchTimers(): { readonly alive: () => readonly string[]; readonly stop: () => void } {
  const begun = new Map<number, string>();
  const hook = createHook({
    init(id, type) {
      const from = type === "Timeout" ? (new Error("begun here").stack ?? "") : "";
      if (from.includes("/src/")) begun.set(id, from);
    },
    destroy: (id) => void begun.delete(id),
  });
  hook.enable();
  return { alive: () => [...begun.values()], stop: () => void hook.disable() };
}

const openFiles = (): number => readdirSync("/proc/self/fd").length;

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
    const before = openFiles();
    const timers = watchTimers();
    onTestFinished(timers.stop);
    for (let round = 0; round < 4; round++)
      await Promise.all(ENDS.map((does, index) => runOnce(does, index === round)));
    await rm(link);
    await runOnce("exit:0", false); // no k6 to be found
    await vi.waitFor(() => expect([openFiles(), timers.alive()]).toEqual([before, []]), { timeout: 5000 });
  });
});
