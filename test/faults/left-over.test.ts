import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunId } from "../../src/model/index.ts";
import { startTimeOf } from "../../src/platform/process-identity.ts";
import { stopChild } from "../support/children.ts";
import { inFolder, k6Engine, trialWork, watcher } from "../support/k6.ts";

// Load that outlived its daemon, with real processes: what is ended, and what is a stranger's.

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await stopChild(child, "SIGKILL");
});

let drawn = 0;
/** Unlike any other run's: processes of the whole machine are looked at. */
function newRun(): RunId {
  drawn += 1;
  return `20261123T020000Z-left-over-${String(process.pid)}x${String(drawn)}` as RunId;
}

/** A child of this test that says one line. */
async function startAndHear(script: string, env: Record<string, string> = {}): Promise<number[]> {
  const child = spawn("/bin/sh", ["-c", script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return line.toString().trim().split(" ").map(Number);
}

/** As a daemon: starts a group of its own, says its pids, and is killed at once. */
async function orphans(run: RunId, script: string): Promise<number[]> {
  const pids = await startAndHear(`CHATBENCH_RUN_ID=${run} setsid /bin/sh -c '${script}' & wait`);
  await stopChild(children.at(-1)!, "SIGKILL");
  for (const pid of pids) expect(await startTimeOf(pid)).toBeDefined();
  return pids;
}

async function endLeftOver(run: RunId, folder: string, graceMs = 5000): Promise<number> {
  return (await k6Engine({ graceMs }).endLeftOver(run, folder)).ended;
}

describe("24: the daemon was killed at once", () => {
  it("24: its orphan is found without a note, and ended", async () => {
    await inFolder(async (folder) => {
      const run = newRun();
      const [pid = 0] = await orphans(run, "echo $$; exec sleep 300");
      expect(await endLeftOver(run, folder)).toBe(1);
      expect(await startTimeOf(pid)).toBeUndefined();
      expect(await endLeftOver(run, folder)).toBe(0);
    });
  });

  it("24: a launcher, its child and a grandchild in another group are ended, though they ignore TERM", async () => {
    await inFolder(async (folder) => {
      const run = newRun();
      const deaf = 'trap "" TERM; sleep 300 & a=$!; setsid sleep 300 & echo $$ $a $!; wait';
      const pids = await orphans(run, deaf);
      expect(pids).toHaveLength(3);
      expect(await endLeftOver(run, folder, 200)).toBe(3);
      for (const pid of pids) expect(await startTimeOf(pid)).toBeUndefined();
    });
  });

  it("24: load of other runs goes on, even of one whose id begins alike", async () => {
    await inFolder(async (folder) => {
      const run = newRun();
      const others = [newRun(), `${run}0` as RunId];
      const pids: number[] = [];
      for (const other of others) pids.push(...(await orphans(other, "echo $$; exec sleep 300")));
      expect(await endLeftOver(run, folder)).toBe(0);
      for (const pid of pids) expect(await startTimeOf(pid)).toBeDefined();
      for (const other of others) expect(await endLeftOver(other, folder)).toBe(1);
    });
  });

  it("24: secrets and half-written files are taken away; what the run had written stays", async () => {
    await inFolder(async (folder) => {
      const gone = [".secrets", ".secrets.0123456789ab.tmp", "record.json.abcdef012345.tmp", "engine.json"];
      const kept = ["k6.log", "record.json", "summary.json", "wrapper.js"];
      for (const name of [...gone, ...kept]) await writeFile(join(folder, name), "x");
      expect(await endLeftOver(newRun(), folder)).toBe(0);
      expect((await readdir(folder)).sort()).toEqual(kept);
    });
  });

  it("24: a folder that is gone is nothing to tidy", async () => {
    expect(await endLeftOver(newRun(), "/nowhere/at/all")).toBe(0);
  });

  it("24: while k6 works, the run's folder names its process; afterwards no more", async () => {
    await inFolder(async (folder) => {
      const run = newRun();
      const work = { ...trialWork({ script: "talk.js", folder, env: { FAKE_K6: "stay" } }), runId: run };
      const running = k6Engine({ fake: "fake.mjs" }).run(work, watcher());
      const noteFile = join(folder, "engine.json");
      const read = async (): Promise<unknown> => JSON.parse(await readFile(noteFile, "utf8"));
      const note = (await vi.waitFor(read, { timeout: 10_000, interval: 10 })) as { pid: number; start_time: string };
      expect(note).toEqual({ run, pid: note.pid, start_time: await startTimeOf(note.pid) });
      expect(await endLeftOver(run, folder)).toBe(1);
      expect((await running).outcome).toMatchObject({ kind: "broken", reason: { code: "killed" } });
      expect(await readdir(folder)).not.toContain("engine.json");
    });
  });
});

describe("25: the pid belongs to a stranger by now", () => {
  async function notedStranger(note: (pid: number, startTime: string, run: RunId) => unknown): Promise<void> {
    await inFolder(async (folder) => {
      const run = newRun();
      const [pid = 0] = await startAndHear("echo $$; exec sleep 300", { CHATBENCH_RUN_ID: "another" });
      const startTime = (await startTimeOf(pid))!;
      await writeFile(join(folder, "engine.json"), JSON.stringify(note(pid, startTime, run)));
      expect(await endLeftOver(run, folder)).toBe(0);
      expect(await startTimeOf(pid)).toBe(startTime);
      expect(await readdir(folder)).toEqual([]);
    });
  }

  it("25: with another start time it is not touched", async () => {
    await notedStranger((pid, startTime, run) => ({ run, pid, start_time: `${startTime}1` }));
  });

  it("25: with the same start time it is not touched either, if it works for another run", async () => {
    await notedStranger((pid, startTime, run) => ({ run, pid, start_time: startTime }));
  });

  it("25: a note of another run counts for nothing", async () => {
    await notedStranger((pid, start_time) => ({ run: "another", pid, start_time }));
  });

  it.each(["", "{", "null", "[]", '{"run":"RUN","pid":-1,"start_time":"1"}', '{"run":"RUN","pid":"1"}'])(
    "25: a note that is no note, %s, ends nothing",
    async (text) => {
      await inFolder(async (folder) => {
        const run = newRun();
        await writeFile(join(folder, "engine.json"), text.replace("RUN", run));
        expect(await endLeftOver(run, folder)).toBe(0);
      });
    },
  );
});

it("29: a zombie is not alive: nothing to end, and nothing to wait for", async () => {
  await inFolder(async (folder) => {
    const run = newRun();
    const [zombie = 0] = await startAndHear(`CHATBENCH_RUN_ID=${run} /bin/true & echo $!; exec sleep 300`);
    const state = async (): Promise<string> => await readFile(`/proc/${String(zombie)}/stat`, "utf8");
    await vi.waitFor(async () => expect(await state()).toContain(") Z "), { interval: 5 });
    const before = Date.now();
    expect(await endLeftOver(run, folder)).toBe(0);
    expect(Date.now() - before).toBeLessThan(2000);
  });
});
