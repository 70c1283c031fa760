/** A whole Chatbench for the preview: reference chatbots, the local stack, the daemon, real runs; in a folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { RunRecord } from "../../src/model/index.ts";

const PATIENCE_MS = 180_000;
const LOOK_MS = 500;

export interface World {
  readonly folder: string;
  /** Starts one of our programs, or another, and resolves with the first line that it prints that holds `word`. */
  readonly start: (args: readonly string[], word: string, env?: Readonly<Record<string, string>>) => Promise<string>;
  /** Ends everything that was started, the newest first, and removes the folder. */
  end(): Promise<void>;
}

/** `root` is the clone; programs are those of its dist. */
export async function makeWorld(root: string): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-preview-"));
  await cp(join(root, "load_tests"), join(folder, "load_tests"), { recursive: true });
  const children: ChildProcess[] = [];
  return {
    folder,
    start: async ([program = "", ...args], word, env = {}) => {
      const ours = program.endsWith(".js");
      const command = ours ? [join(root, "dist", program), ...args] : args;
      const child = spawn(ours ? process.execPath : program, command, {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      const died = once(child, "exit").then(([code]) => {
        throw new Error(`${program} ${args.join(" ")} ended early (${String(code)}).`);
      });
      died.catch(() => undefined);
      return await Promise.race([lineWith(child, word), died]);
    },
    async end() {
      for (const child of children.toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function lineWith(child: ChildProcess, word: string): Promise<string> {
  if (child.stdout === null) throw new Error("a program without an output");
  return await new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (line.includes(word)) resolve(line);
    });
  });
}

/** Record files as the daemon of the month before would have left them. */
export async function writeRecords(folder: string, records: readonly RunRecord[]): Promise<void> {
  for (const record of records) {
    const own = join(folder, "results", record.id);
    await mkdir(own, { recursive: true });
    await writeFile(join(own, "record.json"), JSON.stringify(record));
  }
}

/** Runs the scenarios at the same time and resolves when each has its record. */
export async function runAll(folder: string, scenarios: readonly string[]): Promise<readonly RunRecord[]> {
  const { url, token } = JSON.parse(await readFile(join(folder, "results/.daemon.json"), "utf8")) as {
    readonly url: string;
    readonly token: string;
  };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const one = async (scenario: string): Promise<RunRecord> => {
    const answer = await fetch(`${url}/api/v1/runs`, { method: "POST", headers, body: JSON.stringify({ scenario }) });
    const { id, ...said } = (await answer.json()) as { readonly id?: string };
    if (id === undefined) throw new Error(`${scenario} was not started: ${JSON.stringify(said)}`);
    return await until(`the run ${id}`, async () => {
      const record = (await (await fetch(`${url}/api/v1/runs/${id}`, { headers })).json()) as RunRecord;
      return (record as { readonly schema?: number }).schema === 1 ? record : undefined;
    });
  };
  return await Promise.all(scenarios.map(one));
}

/** Looks again and again, but not for ever. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`Waited ${String(PATIENCE_MS / 1000)} s in vain for ${what}.`);
}
