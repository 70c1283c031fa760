import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { freePort, stopChild } from "./children.ts";

export interface TestRedis {
  /** `redis://:secret-of-test@127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** A connection for the test itself; `stop` closes it. */
  readonly client: Redis;
  stop(): Promise<void>;
}

const PASSWORD = "secret-of-test";

export interface RedisOptions {
  /** Left out: a free one. */
  readonly port?: number;
  /** Further settings, such as `{ save: "60 1" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real Redis of our own without persistence, in a new folder, on a port of 127.0.0.1. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-redis-"));
  const port = options.port ?? (await freePort());
  const usual = { bind: "127.0.0.1", port, dir: folder, save: "", appendonly: "no", requirepass: PASSWORD };
  const settings = { ...usual, ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "ignore"] });
  await ready(child.stdout);
  child.stdout.resume();
  const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  const client = new Redis(url);
  // The test ends Redis before it ends this connection.
  client.on("error", () => undefined);
  const stop = async (): Promise<void> => {
    client.disconnect();
    await stopChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  return { url, port, client, stop };
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  // The iterator, not once(): lines of one chunk come in the same instant, and once() would miss all but the first.
  for await (const line of createInterface({ input: output })) {
    if (line.includes("Ready to accept connections")) return;
  }
  throw new Error("redis-server ended before it was ready");
}
