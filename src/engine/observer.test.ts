import { spawn } from "node:child_process";
import { expect, it, onTestFinished, vi } from "vitest";
import { foldersOf } from "../platform/cpu-quota.ts";
import { cpusOf, groupUsage } from "../platform/group-usage.ts";
import { generatorLoad, lookBetween, type Look } from "./observer.ts";

function lookAt(at: number, more: Partial<Look> = {}): Look {
  const machine = { busy: 100, stolen: 0, total: 200 };
  return { at, seconds: 1, ranSeconds: 0.5, waitedSeconds: 0.1, dispatches: 100, cpus: 2, machine, ...more };
}

type Thread = readonly [id: string, readonly [ran: number, waited: number, dispatches: number]];

function snapshotAt(monotonic: number, threads: readonly Thread[]) {
  const machine = { busy: 0, total: 0, stolen: 0 };
  const usage = { threads: new Map(threads), cpus: 4 };
  return { at: monotonic * 1000, monotonic, machine, throttled: undefined, usage };
}

it("takes the seconds that lie wholly in the judged window, and no others", () => {
  const looks = [1000, 2000, 3000, 4000].map((at) => lookAt(at, { ranSeconds: at / 1000 }));
  const load = generatorLoad(looks, { startedAt: 1000, seconds: 2.5 });
  expect(load).toMatchObject({ watchedSeconds: 2, usedCores: 2.5, usedCoresPeak: 3, cores: 2, stillSeconds: 0 });
  expect(load?.dispatchDelaySeconds).toBeCloseTo(0.001);
  expect(load?.machineBusyRatio).toBe(0.5);
  expect(generatorLoad(looks, { startedAt: 9000, seconds: 5 })).toBeUndefined();
});

it("counts what a quota leaves as the cores that there are, and seconds without a turn as standing still", () => {
  const still = { ranSeconds: 0, waitedSeconds: 0, dispatches: 0 };
  const throttled = { periods: 10, throttled: 3 };
  const load = generatorLoad([lookAt(1000, { throttled }), lookAt(2000, still)], { startedAt: 0, seconds: 2 }, 1.5);
  expect(load).toMatchObject({ cores: 1.5, stillSeconds: 1, throttledRatio: 0.3 });
});

it("adds up the threads that there are: one that began counts from its beginning, one that ended no more", () => {
  const before = snapshotAt(0, [["1", [1e9, 1e9, 5]], ["2", [7e9, 7e9, 70]]]); // prettier-ignore
  const after = snapshotAt(1, [["1", [1.5e9, 1e9, 7]], ["3", [0.2e9, 0.1e9, 3]]]); // prettier-ignore
  expect(lookBetween(before, after)).toMatchObject({ dispatches: 5, cpus: 4, seconds: 1 });
  expect(lookBetween(before, after)?.ranSeconds).toBeCloseTo(0.7);
  expect(lookBetween({ ...before, usage: undefined }, after)).toBeUndefined();
});

it("counts nothing of a thread that was not seen before and has run longer than there was time", () => {
  const after = snapshotAt(1, [["1", [0.3e9, 0, 3]], ["2", [60e9, 1e9, 900]]]); // prettier-ignore
  expect(lookBetween(snapshotAt(0, []), after)).toMatchObject({ ranSeconds: 0.3, waitedSeconds: 0, dispatches: 3 });
});

it.each([
  ["0-3,8", 5],
  ["0", 1],
  ["", undefined],
  [undefined, undefined],
])("reads the list of CPUs %j as %j", (list, count) => {
  expect(cpusOf(list)).toBe(count);
});

it("finds the control groups of both versions, nearest first, and never climbs out of them", () => {
  expect(foldersOf("0::/system.slice/chatbench.service\n")).toEqual([
    "/sys/fs/cgroup/system.slice/chatbench.service",
    "/sys/fs/cgroup/system.slice",
    "/sys/fs/cgroup",
  ]);
  expect(foldersOf("4:memory:/x\n1:cpu,cpuacct:/../docker/abc\n")).toEqual([
    "/sys/fs/cgroup/cpu/docker/abc",
    "/sys/fs/cgroup/cpu/docker",
    "/sys/fs/cgroup/cpu",
  ]);
});

it.runIf(process.platform === "linux")("sees what a process and its children used", async () => {
  const child = spawn("sh", ["-c", "while :; do :; done & wait"], { detached: true });
  onTestFinished(() => void process.kill(-(child.pid ?? 0), "SIGKILL"));
  const ranOf = (): number => {
    const usage = groupUsage(child.pid ?? 0);
    return [...(usage?.threads.values() ?? [])].reduce((sum, [ran]) => sum + ran, 0);
  };
  await vi.waitFor(() => expect(ranOf()).toBeGreaterThan(50e6), { timeout: 15_000 });
});
