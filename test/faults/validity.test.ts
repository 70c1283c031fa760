// What makes a run invalid although k6 ended well, each provoked on the real k6: its verdict is never pass, nor a fail
// that is the generator's own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import type { Clock, Engine, RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { objectiveOf } from "../support/facts.ts";
import { k6Engine, realK6, ROOT, steady } from "../support/k6.ts";
import { delayedServer, type Delay } from "../support/latency-servers.ts";
import { benchmark, type RunInput } from "../support/run.ts";

const PLAIN = `import http from "k6/http"; export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }`;
/** A limit that everybody misses, and one that everybody meets. */
const MISSED = objectiveOf("latency_p95", "< 0.0001");
const MET = objectiveOf("latency_p95", "< 60");

async function recordOf(
  delay: Delay,
  input: Omit<RunInput, "script" | "baseUrl"> & { readonly script?: string },
): Promise<RunRecord> {
  const server = await delayedServer(delay);
  onTestFinished(() => server.close());
  return await benchmark({ script: PLAIN, baseUrl: server.url, ...input }, ({ record }) => record);
}

function codesOf(record: RunRecord): readonly string[] {
  return record.trials.flatMap(({ invalid }) => invalid.map(({ code }) => code));
}

/** k6 behind a shell that says which process it becomes. */
async function behindShell(folder: string, before: string): Promise<{ readonly path: string; pid(): Promise<number> }> {
  const [path, pidFile] = [join(folder, "k6.sh"), join(folder, "k6.pid")];
  await writeFile(path, `#!/bin/sh\necho $$ > ${pidFile}\n${before}exec ${await realK6()} "$@"\n`);
  await chmod(path, 0o755);
  return { path, pid: async () => Number(await readFile(pidFile, "utf8")) };
}

async function withFewFiles(folder: string): Promise<Engine> {
  const { path } = await behindShell(folder, "ulimit -Sn 50; ulimit -Hn 50\n");
  return k6Engine({ search: { searchPath: "", folders: [], named: path } });
}

/** The first CPU that this process may use. */
async function firstCpu(): Promise<string> {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(await readFile("/proc/self/status", "utf8"))?.[1] ?? "0";
}

describe.concurrent("a run is invalid, and says why, when", () => {
  it("k6 had to share its only core with a program that goes before it", async () => {
    const cpu = await firstCpu();
    const hogs: ChildProcess[] = [];
    const end = (): void => hogs.forEach((hog) => hog.kill("SIGKILL"));
    onTestFinished(end);
    const record = await recordOf(() => 0, {
      load: steady(20, 14),
      objectives: [MISSED],
      engine: async (folder) => {
        const { path } = await behindShell(
          folder,
          `renice -n 10 -p $$ > /dev/null; taskset -cp ${cpu} $$ > /dev/null\n`,
        );
        return k6Engine({ search: { searchPath: "", folders: [], named: path } });
      },
      onProgress: (_, __, { elapsedSeconds }) => {
        const program = ["-c", cpu, process.execPath, "-e", "for(;;);"];
        if (hogs.length === 0) hogs.push(spawn("taskset", program, { stdio: "ignore" }));
        if (elapsedSeconds >= 13) end();
      },
    });
    expect(record).toMatchObject({ state: "finished", verdict: "invalid", reason: { code: "generator_saturated" } });
    expect(record.reason?.text).toMatch(/^The load generator/);
    expect(record.trials[0]?.observed?.generator).toMatchObject({ cores: 1 });
  });

  it("k6 was stopped in the middle and went on as if nothing had been", async () => {
    let engine: { pid(): Promise<number> } | undefined;
    let stopped = false;
    const record = await recordOf(() => 5, {
      load: steady(2, 10),
      objectives: [MET],
      engine: async (folder) => {
        const shell = await behindShell(folder, "");
        engine = shell;
        return k6Engine({ search: { searchPath: "", folders: [], named: shell.path } });
      },
      onProgress: (_, __, { elapsedSeconds }) => {
        if (stopped || elapsedSeconds < 1) return;
        stopped = true;
        void engine?.pid().then((pid) => {
          process.kill(pid, "SIGSTOP");
          setTimeout(() => process.kill(pid, "SIGCONT"), 5000);
        });
      },
    });
    expect(codesOf(record)).toContain("generator_saturated");
    expect(record).toMatchObject({
      verdict: "invalid",
      reason: { text: expect.stringContaining("stood still") as string },
    });
  });

  it("somebody set the time of day during the load", async () => {
    let stepMs = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + stepMs };
    const record = await recordOf(() => 5, {
      load: steady(2, 4),
      objectives: [MET],
      engine: () => k6Engine({ clock }),
      onProgress: () => (stepMs = 30_000),
    });
    expect(codesOf(record)).toContain("clock_trouble");
    expect(record.verdict).toBe("invalid");
    expect(record.trials[0]?.observed?.clockSteps).toHaveLength(1);
  });

  it("the target was still warming up when judging began", async () => {
    const record = await recordOf((_, sinceMs) => (sinceMs < 7000 ? 500 : 100), {
      load: steady(5, 24),
      objectives: [MET],
    });
    expect(codesOf(record)).toContain("warmup_unsettled");
    expect(record.verdict).toBe("invalid");
  });
});

/** Alone: users that fail at once come again and again. */
describe("a run is invalid, and the target has no part in it, when", () => {
  const PACED = `import { sleep } from "k6"; ${PLAIN.replace("{ http", "{ sleep(0.1); http")}`;
  it.each([
    ["takes answers as they come", PACED],
    ["has failures thrown", `${PACED} export const options = { throw: true };`],
  ])("k6 had no file descriptor left for its users, and its script %s", async (_, script) => {
    const record = await recordOf(() => 300, {
      ...{ script, load: steady(80, 5), objectives: [MET] },
      engine: withFewFiles,
    });
    expect(record).toMatchObject({ state: "finished", verdict: "invalid", reason: { code: "generator_saturated" } });
    expect(record.reason?.text).toMatch(
      /could not make [\d,]+ of its requests: dial .*too many open files \(its process .*raise the limit.*ulimit -n/,
    );
    expect(record.trials[0]?.facts?.requests.failed).toBeGreaterThan(0);
  });

  it("k6 had no file descriptor left for a WebSocket: such an exchange is lost, not failed", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    onTestFinished(() => server.close());
    server.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => {
        const { id } = JSON.parse(data.toString()) as { id: string };
        const answer = [
          { type: "token", id, seq: 0, text: "t0" },
          { type: "done", id, count: 1 },
        ];
        setTimeout(() => answer.forEach((frame) => socket.send(JSON.stringify(frame))), 200);
      });
    });
    const record = await benchmark(
      {
        script: join(ROOT, "load_tests/k6_websocket_test.ts"),
        baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
        ...{ load: steady(80, 5), objectives: [MET], scenario: { traffic: "websocket" } },
        ...{ params: { think_time_seconds: 0.2 }, engine: withFewFiles },
      },
      (done) => done.record,
    );
    expect(record).toMatchObject({ verdict: "invalid", reason: { code: "generator_saturated" } });
    expect(record.reason?.text).toMatch(/^The load generator could not carry out [\d,]+ exchanges/);
    const [facts] = record.trials.map((trial) => trial.facts);
    expect(facts?.requests).toMatchObject({ failed: 0 });
    expect(facts?.stream?.probeFailures).toBeGreaterThan(0);
  });
});
