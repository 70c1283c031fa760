import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { ReasonCode, TrialResult } from "../../src/model/index.ts";
import { startTimeOf } from "../../src/platform/process-identity.ts";
import { SUB_METRICS } from "../../src/engine/k6/summary-names.ts";
import {
  FAKES,
  inFolder,
  k6Engine,
  runScript,
  trialWork,
  watcher,
  type Watched,
  type WorkInput,
} from "../support/k6.ts";
import { wholeSummary, type SummaryJson } from "../support/summary.ts";

// A fixture program that answers like k6 and then misbehaves: how each end is told, and what is left behind.

const summary = JSON.stringify(wholeSummary());

interface Fake extends Partial<WorkInput> {
  readonly watch?: Watched;
  readonly graceMs?: number;
  readonly outOfMemoryKills?: () => Promise<number>;
}

/** A trial by the fixture; `meanwhile` is called as soon as it says that it is ready. */
async function fake(
  does: string,
  { watch = watcher(), graceMs = 10_000, outOfMemoryKills = () => Promise.resolve(0), ...rest }: Fake = {},
  meanwhile: (said: { pid: number; child: number }) => void = () => undefined,
): Promise<{ result: TrialResult; terms: string | undefined; log: string }> {
  return await inFolder(async (folder) => {
    const env = { FAKE_K6: does, FAKE_SUMMARY: summary, ...rest.env };
    const engine = k6Engine({ fake: "fake.mjs", graceMs, outOfMemoryKills });
    const running = engine.run(trialWork({ script: "talk.js", ...rest, folder, env }), watch);
    const ready = join(folder, "ready");
    let ended = false;
    void running.then(() => (ended = true));
    await vi.waitFor(() => expect(ended || existsSync(ready)).toBe(true), { timeout: 10_000, interval: 10 });
    if (existsSync(ready)) {
      const [pid = 0, child = 0] = (await readFile(ready, "utf8")).split(" ").map(Number);
      meanwhile({ pid, child });
    }
    const result = await running;
    const read = (name: string): Promise<string | undefined> =>
      readFile(join(folder, name), "utf8").catch(() => undefined);
    return { result, terms: await read("terms"), log: (await read("k6.log")) ?? "" };
  });
}

function codeOf({ outcome }: TrialResult): ReasonCode | undefined {
  return outcome.kind === "completed" ? undefined : outcome.reason.code;
}

describe("case 14: no usable k6", () => {
  it.each([
    ["missing", "/nowhere/k6", "/nowhere/k6 does not exist"],
    ["not executable", join(FAKES, "not-executable"), "is not executable"],
    ["a folder", FAKES, "is a folder, not a program"],
  ])("case 14: %s: says the path and what to do, in version and in run", async (_, named, why) => {
    const engine = k6Engine({ search: { searchPath: "", folders: [], named } });
    const version = await engine.version();
    expect(version).toMatchObject({ problem: { code: "engine_missing" } });
    expect((version as { problem: { text: string } }).problem.text).toContain(named);
    expect((version as { problem: { text: string } }).problem.text).toContain(why);
    const { outcome } = await runScript({ script: "talk.js", engine }, (result) => result);
    expect(outcome).toMatchObject({ kind: "broken", reason: { code: "engine_missing" } });
  });

  it("case 14: none on PATH nor in the folders", async () => {
    const engine = k6Engine({ search: { searchPath: "/nowhere", folders: ["/neither/here"] } });
    expect(await engine.version()).toMatchObject({
      problem: { code: "engine_missing", text: expect.stringContaining("/neither/here") as string },
    });
  });
});

describe("case 15: a k6 of another version", () => {
  it.each([
    ["old-k6", "1.8.1"],
    ["new-k6", "3.0.0"],
    ["mute-k6", "not a k6 that tells its version"],
  ])("case 15: %s is refused; both what was found and what is wanted are named", async (name, found) => {
    const result = await k6Engine({ fake: name }).version();
    expect(result).toMatchObject({ problem: { code: "engine_version" } });
    const { text } = (result as { problem: { text: string } }).problem;
    expect(text).toContain(found);
    expect(text).toContain(">= 2.2 and < 3");
  });
});

describe("case 16: exit codes", () => {
  it.each([
    [100, "broken", "setup_timeout"],
    [101, "broken", "teardown_timeout"],
    [102, "broken", "timeout"],
    [103, "broken", "stopped_by_api"],
    [104, "broken", "engine_configuration"],
    [105, "aborted", "aborted_by_person"],
    [106, "broken", "engine_failed_to_start"],
    [107, "broken", "script_broken"],
    [108, "aborted", "aborted_by_script"],
    [109, "broken", "panic"],
    [110, "broken", "marked_failed"],
    [1, "broken", "engine_exit_unknown"],
    [97, "broken", "engine_exit_unknown"],
  ])("case 16: %d is %s as %s, even with a whole summary", async (code, kind, reason) => {
    const { result } = await fake(`exit:${String(code)}`);
    expect(result.outcome).toMatchObject({ kind, reason: { code: reason } });
    expect(result.facts?.requestsInAll).toBe(120);
    const { text } = (result.outcome as { reason: { text: string } }).reason;
    expect(text.includes(`because of ${String(code)}`)).toBe(kind === "broken"); // what k6 logged last
  });

  it.each([0, 99])("case 16: %d alone may be judged", async (exitCode) => {
    const { result } = await fake(`exit:${String(exitCode)}`);
    expect(result.outcome).toEqual({ kind: "completed", exitCode });
  });
});

describe("case 17: something else ends k6", () => {
  it.each([
    ["killed", [0, 0]],
    ["out_of_memory", [3, 4]],
  ])("case 17: a SIGKILL from outside is %s when the counter went %j", async (code, counts) => {
    const left = [...counts];
    const { result } = await fake("stay", { outOfMemoryKills: () => Promise.resolve(left.shift() ?? 0) }, ({ pid }) =>
      process.kill(pid, "SIGKILL"),
    );
    expect(result.outcome).toMatchObject({ kind: "broken", reason: { code } });
    expect(result.facts).toBeUndefined();
  });
});

it("case 18: one that ignores TERM is killed with its group after the grace; nothing is left", async () => {
  const watch = watcher();
  let pids: number[] = [];
  const { result } = await fake("stubborn", { watch, graceMs: 300 }, ({ pid, child }) => {
    pids = [pid, child];
    watch.stopNow("shutdown");
  });
  expect(codeOf(result)).toBe("aborted_by_shutdown");
  expect(pids.filter((pid) => pid > 0)).toHaveLength(2);
  for (const pid of pids) await vi.waitFor(async () => expect(await startTimeOf(pid)).toBeUndefined());
});

it("case 19: asked to stop twice, k6 gets one TERM only and its summary is kept", async () => {
  const watch = watcher();
  const { result, terms } = await fake("graceful", { watch, maxSeconds: 0.7 }, () => {
    watch.stopNow();
    watch.stopNow("shutdown");
  });
  expect(terms).toBe("1");
  expect(result.outcome).toMatchObject({ kind: "aborted", by: "person" });
  expect(result.facts?.requestsInAll).toBe(120);
});

describe("case 22: exit 0 without a summary that one can trust", () => {
  const changed = (change: (summary: SummaryJson) => void): string => JSON.stringify(wholeSummary(change));
  it.each([
    ["missing", "", "no_summary"],
    ["half", summary.slice(0, summary.length / 2), "bad_summary"],
    ["empty text", " ", "bad_summary"],
    ["of another shape", "[]", "bad_summary"],
    ["an empty object", "{}", "bad_summary"],
    ["without metrics", JSON.stringify({ ...wholeSummary(), metrics: {} }), "bad_summary"],
    ["null in a number", changed((s) => (s.metrics[SUB_METRICS.latency]!.values["p(95)"] = null)), "bad_summary"],
    ["NaN", summary.replace('"count":96', '"count":NaN'), "bad_summary"],
    [
      "more failures than requests",
      changed((s) => (s.metrics[SUB_METRICS.failed]!.values.passes = 101)),
      "bad_summary",
    ],
    ["answers that are neither", changed((s) => (s.metrics[SUB_METRICS.latency]!.values.count = 90)), "bad_summary"],
    ["fewer in all than in the window", changed((s) => (s.metrics.http_reqs!.values.count = 99)), "bad_summary"],
    ["a negative count", changed((s) => (s.metrics[SUB_METRICS.iterations]!.values.count = -1)), "bad_summary"],
    ["quantiles that fall", changed((s) => (s.metrics[SUB_METRICS.latency]!.values["p(95)"] = 1)), "bad_summary"],
    ["a quantile missing", changed((s) => delete s.metrics[SUB_METRICS.latency]!.values["p(95)"]), "bad_summary"],
  ])("case 22: %s", async (_, text, code) => {
    const { result } = await fake("exit:0", { env: { FAKE_SUMMARY: text } });
    expect(result.outcome).toMatchObject({ kind: "broken", reason: { code } });
    expect(result.facts).toBeUndefined();
  });
});

it("case 23: one that passes its longest time is a timeout, whatever it says at its end", async () => {
  const { result } = await fake("graceful", { maxSeconds: 0.5 });
  expect(result.outcome).toMatchObject({ kind: "broken", reason: { code: "timeout" } });
  expect((result.outcome as { reason: { text: string } }).reason.text).toMatch(/longest time/);
});

describe("case 27: killed at once", () => {
  it("case 27: the kill signal ends the whole group without waiting for the grace", async () => {
    const watch = watcher();
    let pids: number[] = [];
    const before = Date.now();
    const { result } = await fake("stubborn", { watch, graceMs: 60_000 }, ({ pid, child }) => {
      pids = [pid, child];
      watch.stopNow();
      watch.killNow();
    });
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(codeOf(result)).toBe("aborted_by_person");
    for (const pid of pids) await vi.waitFor(async () => expect(await startTimeOf(pid)).toBeUndefined());
  });

  it("case 27: a kill without a stop before is an aborted trial too", async () => {
    const watch = watcher();
    const { result } = await fake("stay", { watch }, () => watch.killNow());
    expect(codeOf(result)).toBe("aborted_by_person");
  });

  it("case 27: a stop before the start means that no load is made", async () => {
    const watch = watcher();
    watch.stopNow("shutdown");
    const { result, log } = await fake("exit:0", { watch });
    expect([codeOf(result), log]).toEqual(["aborted_by_shutdown", ""]);
  });

  it("case 27: a kill while k6 still reads the script ends that at once", async () => {
    await inFolder(async (folder) => {
      const watch = watcher();
      const script = join(folder, "endless.js");
      await writeFile(script, "for (;;);\nexport default function () {}\n");
      const running = k6Engine().run(trialWork({ script, folder }), watch);
      const config = join(folder, "k6-config.json"); // the last that is written before k6 reads the script
      await vi.waitFor(() => expect(existsSync(config)).toBe(true), { interval: 10 });
      watch.killNow();
      expect(codeOf(await running)).toBe("aborted_by_person");
    });
  });
});
