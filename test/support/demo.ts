import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");

/** Compiles the demo alone and afresh, so that a test never runs yesterday's; the path is that of its main.js. */
export async function buildDemo(): Promise<string> {
  // Inside the project, where Node finds its packages; ignored by git.
  const folder = join(ROOT, ".tools", `demo-test-${process.pid}`);
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { noEmit: false, outDir: folder, rootDir: ROOT, sourceMap: false },
    files: [join(ROOT, "demo/main.ts")],
    include: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
  return join(folder, "demo/main.js");
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DemoProcess {
  readonly child: ChildProcess;
  /** The line of JSON that says that it is ready, or undefined if it ended before. */
  readonly ready: Promise<{ readonly chatbot: string; readonly provider: string } | undefined>;
  readonly ended: Promise<Ended>;
}

/** Runs the compiled demo as a child with an IPC channel, both ports free ones unless `flags` says otherwise. */
export function runDemo(main: string, flags: readonly string[], env: Record<string, string> = {}): DemoProcess {
  const args = [main, "--chatbot-port", "0", "--provider-port", "0", ...flags];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  const text = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (text.stderr += chunk.toString()));
  // Not "close": Node never emits it once this side has closed the IPC channel.
  const quiet = [child.stdout, child.stderr].map((stream) => stream === null || once(stream, "close"));
  const ended = Promise.all([once(child, "exit"), ...quiet]).then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    ...text,
  }));
  if (child.stdout === null) throw new Error("the demo has no standard output");
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, "line").then(([line]) => JSON.parse(String(line)) as { chatbot: string; provider: string });
  return { child, ready: Promise.race([first, ended.then(() => undefined)]), ended };
}
