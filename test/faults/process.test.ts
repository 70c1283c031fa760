import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { isAlive, startTimeOf } from "../../src/platform/process-identity.ts";
import { outputOf } from "../../src/platform/process-output.ts";
import { signalGroup, startProcess, type ChildSpec, type RunningChild } from "../../src/platform/process.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

const PATH = process.env.PATH ?? "";

function sh(script: string, rest: Partial<ChildSpec> = {}): ChildSpec {
  return { command: "/bin/sh", args: ["-c", script], cwd: "/", env: { PATH }, ...rest };
}

async function start(spec: ChildSpec): Promise<RunningChild> {
  const started = await startProcess(spec);
  if ("problem" in started) throw new Error(started.problem);
  return started.child;
}

/** Starts a child and waits for the first line that it says. */
async function startAndHear(script: string): Promise<{ child: RunningChild; line: string }> {
  const lines: string[] = [];
  const child = await start(sh(script, { onStdoutLine: (line) => lines.push(line) }));
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 5000, interval: 5 });
  return { child, line: lines[0]! };
}

async function gone(pid: number): Promise<void> {
  await vi.waitFor(async () => expect(await startTimeOf(pid)).toBeUndefined(), { timeout: 5000, interval: 5 });
}

it("gives code or signal of the end, and all its lines", async () => {
  const out: string[] = [];
  const err: string[] = [];
  const child = await start(
    sh("echo one; echo two >&2; printf three; exit 7", {
      onStdoutLine: (line) => out.push(line),
      onStderrLine: (line) => err.push(line),
    }),
  );
  expect(await child.exited).toEqual({ code: 7, signal: null });
  expect([out, err]).toEqual([["one", "three"], ["two"]]);
});

it("inherits nothing of our environment", async () => {
  const output = await outputOf(
    { command: "/usr/bin/env", args: [], cwd: "/", env: { ONLY: "this" } },
    { timeoutMs: 5000 },
  );
  expect(output).toMatchObject({ code: 0, stdout: "ONLY=this" });
});

it.each([
  ["missing", { command: "/nowhere/at/all" }, "ENOENT"],
  ["not executable", { command: "/etc/passwd" }, "EACCES"],
  ["a folder", { command: "/tmp" }, "EACCES"],
  ["without its working folder", { cwd: "/nowhere/at/all" }, "ENOENT"],
  ["with an argument that no system takes", { args: ["a\0b"] }, "ERR_INVALID_ARG_VALUE"],
  ["with too much environment", { env: { BIG: "x".repeat(4_000_000) } }, "E2BIG"],
] as const)("case 14: a program that is %s: the system's word, not a throw", async (...[, rest, problem]) => {
  expect(await startProcess(sh("true", rest))).toEqual({ problem });
});

describe("case 18: groups", () => {
  it("case 18: KILL reaches children that ignore TERM", async () => {
    const { child, line } = await startAndHear(
      "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $!; wait",
    );
    child.terminate();
    expect(await startTimeOf(Number(line))).toBeDefined();
    child.kill();
    expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
    await gone(Number(line));
  });

  it("case 19: TERM is sent once, however often it is asked for", async () => {
    const lines: string[] = [];
    const script = `process.on("SIGTERM", () => { console.log("term"); setTimeout(() => process.exit(0), 300); }); console.log("ready"); setInterval(() => 0, 1000);`;
    const child = await start({
      ...{ command: process.execPath, args: ["-e", script], cwd: "/", env: { PATH } },
      onStdoutLine: (line) => lines.push(line),
    });
    await vi.waitFor(() => expect(lines).toEqual(["ready"]), { timeout: 5000, interval: 5 });
    child.terminate();
    await vi.waitFor(() => expect(lines).toEqual(["ready", "term"]), { timeout: 5000, interval: 5 });
    child.terminate();
    child.terminate();
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(lines).toEqual(["ready", "term"]);
  });

  it("a group that is gone can be signalled without harm", async () => {
    const child = await start(sh("exit 0"));
    await child.exited;
    child.terminate();
    child.kill();
    expect(() => signalGroup(child.pid, "SIGTERM")).not.toThrow();
  });
});

it("case 20: the end comes two seconds after the exit, even if a grandchild holds the pipe", async () => {
  const { child, line } = await startAndHear("sleep 300 & echo $!; exit 3");
  const before = Date.now();
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(Date.now() - before).toBeLessThan(3000);
  child.kill();
  await gone(Number(line));
});

describe("case 21: the log", () => {
  it("case 21: ends at its size with a word of what was left out", async ({ folder }) => {
    const path = join(folder, "log");
    const child = await start(
      sh("head -c 100000 /dev/zero | tr '\\0' x; echo end >&2", { log: { path, maxBytes: 1000 } }),
    );
    await child.exited;
    const text = await readFile(path, "utf8");
    expect(text.startsWith("x".repeat(1000))).toBe(true);
    expect(text).toContain("99004 more bytes were left out");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("case 21: a line without end is cut at 64 KiB, and the next is whole", async () => {
    const lines: string[] = [];
    const child = await start(
      sh("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo next", { onStdoutLine: (line) => lines.push(line) }),
    );
    await child.exited;
    expect(lines.map((line) => line.length)).toEqual([64 * 1024, 4]);
  });

  it("case 36: a log that cannot be opened or written ends the log, not the run", async () => {
    for (const path of ["/nowhere/log", "/dev/full"]) {
      const child = await start(sh("echo hello; exit 5", { log: { path, maxBytes: 1000 } }));
      expect(await child.exited).toEqual({ code: 5, signal: null });
    }
  });
});

describe("identity", () => {
  it("case 25: a pid counts as ours only with its start time", async () => {
    const child = await start(sh("sleep 300"));
    const identity = await child.identity;
    expect(identity?.pid).toBe(child.pid);
    expect(await isAlive(identity!)).toBe(true);
    expect(await isAlive({ ...identity!, startTime: "1" })).toBe(false);
    child.kill();
    await child.exited;
    expect(await isAlive(identity!)).toBe(false);
  });

  it("case 29: a zombie is not alive", async () => {
    // The shell's child ends, and the program that takes the shell's place never reaps it.
    const { child, line } = await startAndHear("sleep 0 & echo $!; exec sleep 300");
    await vi.waitFor(async () => expect(await readFile(`/proc/${line}/stat`, "utf8")).toContain(") Z "), {
      interval: 5,
    });
    expect(await startTimeOf(Number(line))).toBeUndefined();
    child.kill();
    await child.exited;
  });

  it("a command name with spaces and parentheses does not confuse it", async () => {
    const script = `process.title = "a) Z 1 (b"; console.log("ready"); setInterval(() => 0, 1000)`;
    const lines: string[] = [];
    const child = await start({
      ...{ command: process.execPath, args: ["-e", script], cwd: "/", env: { PATH } },
      onStdoutLine: (line) => lines.push(line),
    });
    await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 5000, interval: 5 });
    expect(await startTimeOf(child.pid)).toMatch(/^\d+$/);
    expect(await child.identity).toEqual({ pid: child.pid, startTime: await startTimeOf(child.pid) });
    child.kill();
    await child.exited;
  });
});

describe("outputOf", () => {
  it("kills what takes too long, with its children", async () => {
    const output = await outputOf(sh("sleep 300 & echo $!; wait"), { timeoutMs: 300 });
    expect(output).toMatchObject({ timedOut: true, code: null });
    await gone(Number((output as { stdout: string }).stdout));
  });

  it("kills at once when told to, also before the start", async () => {
    const output = await outputOf(sh("sleep 300"), { timeoutMs: 60_000, kill: AbortSignal.abort() });
    expect(output).toMatchObject({ timedOut: false, code: null });
  });

  it("keeps at most 4 MiB of what is printed", async () => {
    const output = await outputOf(sh("yes 1234567 | head -c 8000000"), { timeoutMs: 10_000 });
    expect((output as { stdout: string }).stdout.length).toBeLessThanOrEqual(4 * 1024 * 1024);
  });
});
