import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import { watchTarget } from "../../src/collect/watch.ts";
import { Secret, type Target, type TargetWatch } from "../../src/model/index.ts";
import { freePort, stopChild } from "./children.ts";
import { ROOT } from "./k6.ts";

export const NEVER = new AbortController().signal;

/** What one part of a watch says now, by name of the reading. */
export async function readingsOf(watch: TargetWatch, name: string): Promise<Readonly<Record<string, number>>> {
  const part = watch.parts.find((one) => one.name === name);
  if (part === undefined) throw new Error(`the target has no ${name}`);
  const read = await part.read(NEVER);
  if ("problem" in read) throw new Error(read.problem.text);
  return Object.fromEntries(read.readings.map((reading) => [reading.name, reading.value]));
}

/** Why a part cannot be read now; undefined when it can. */
export async function problemOf(watch: TargetWatch, name: string): Promise<string | undefined> {
  const read = await watch.parts.find((one) => one.name === name)?.read(NEVER);
  return read !== undefined && "problem" in read ? read.problem.text : undefined;
}

/** Opens the sources of a target that is not on this machine, for the work. */
export async function watching<T>(target: Partial<Target>, work: (watch: TargetWatch) => Promise<T>): Promise<T> {
  const watch = await watchTarget({ name: "chatbot", baseUrl: "http://chatbot.invalid", ...target }, NEVER);
  try {
    return await work(watch);
  } finally {
    await watch.close();
  }
}

export const secretUrl = (url: string): { readonly url: Secret } => ({ url: new Secret(url) });

/** What `psql` itself says: each line a row, its columns separated by `|`. */
export async function psql(url: string, sql: string): Promise<string> {
  const { stdout } = await promisify(execFile)("psql", ["-XAtq", "-d", url, "-c", sql]);
  return stdout.trim();
}

/** What `redis-cli` itself says of INFO, by field. */
export async function redisInfo(url: string): Promise<Readonly<Record<string, string>>> {
  const { port, password } = new URL(url);
  const env = { ...process.env, REDISCLI_AUTH: password };
  const { stdout } = await promisify(execFile)("redis-cli", ["-p", port, "info"], { env });
  return Object.fromEntries(stdout.split(/\r?\n/).map((line) => line.split(":") as [string, string]));
}

/** A real node_exporter on a free port. */
export async function startNodeExporter(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const program = join(ROOT, ".tools/bin/prometheus-node-exporter");
  const child = spawn(program, [`--web.listen-address=127.0.0.1:${String(port)}`], { stdio: "ignore" });
  const url = `http://127.0.0.1:${String(port)}/metrics`;
  await vi.waitFor(() => fetch(url), { timeout: 20_000, interval: 100 });
  return { url, stop: () => stopChild(child) };
}
