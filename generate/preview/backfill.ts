/** Puts lines of OpenMetrics into a Prometheus' data, by promtool. */
import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

export interface Tools {
  readonly promtool: string;
  /** Of Prometheus. */
  readonly dataFolder: string;
  readonly workFolder: string;
}

const LARGEST = ["--max-block-duration=1000h", "--quiet"];

/** Before Prometheus starts. */
export async function backfill({ promtool, dataFolder, workFolder }: Tools, lines: Iterable<string>): Promise<void> {
  const file = join(workFolder, "past.txt");
  await pipeline(Readable.from(chunked(lines)), createWriteStream(file));
  await run(promtool, ["tsdb", "create-blocks-from", ...LARGEST, "openmetrics", file, dataFolder]);
  await rm(file);
}

function* chunked(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    chunk.push(line);
    if (chunk.length < 5_000) continue;
    yield `${chunk.join("\n")}\n`;
    chunk = [];
  }
  yield `${[...chunk, "# EOF"].join("\n")}\n`;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(command, [...args], { maxBuffer: 100_000_000 });
}
