import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DaemonFindings } from "./daemon-figure.ts";
import { startPostgres } from "./daemon-postgres.ts";
import { GROWN, type ManyRunsSample } from "./many-runs-sample.ts";
import type { Options } from "./options.ts";
import { median, slopeInterval } from "./statistics.ts";
import { plainEnvironment } from "./yard.ts";

const PROGRAM = fileURLToPath(new URL("./daemon-many-runs.js", import.meta.url));
const BLOCKS = 12;
/** A folder in memory, of Linux. */
const IN_MEMORY = "/dev/shm";

/** Runs in one process, one after the other, whose engine ends at once: does anything grow with their number? */
export async function measureManyRuns({ quick }: Options): Promise<DaemonFindings> {
  const count = quick ? 500 : 10_000;
  const title = "Many runs in one process";
  const postgres = await startPostgres(["fsync=off"]); // waiting for the disk shows nothing of what grows
  if ("problem" in postgres) return { title, text: `Not measured: ${postgres.problem}`, figures: [] };
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), "chatbench-bench-many-"));
  try {
    const samples = await samplesOf([String(count), folder, postgres.url]);
    return { title, text: textOf(count), figures: figuresOf(samples, count) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await postgres.stop();
  }
}

function textOf(count: number): string {
  return `${count} runs through the daemon's parts (queue, record files, PostgreSQL, gauges, pages, retention) in one process; only the engine is a fixture that ends at once. Memory is taken after a garbage collection; the slope is that of Theil and Sen after the first ${GROWN * 100} %.`;
}

async function samplesOf(args: readonly string[]): Promise<readonly ManyRunsSample[]> {
  const child = spawn(process.execPath, ["--expose-gc", PROGRAM, ...args], {
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seen = { text: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.text += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the many runs ended with ${String(code)}`);
  return seen.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ManyRunsSample);
}

function figuresOf(samples: readonly ManyRunsSample[], count: number): DaemonFindings["figures"] {
  const grown = samples.filter(({ runs }) => runs > count * GROWN);
  const [first, last] = [grown[0], grown.at(-1)];
  const added = (of: (sample: ManyRunsSample) => number): number => (last && first ? of(last) - of(first) : NaN);
  const slope = (of: (sample: ManyRunsSample) => number): readonly number[] => {
    const { low, median: middle, high } = slopeInterval(blocksOf(grown, of));
    return [low, middle, high].map((one) => one * count);
  };
  return [
    {
      what: `memory that ${count} runs add (slope and its interval)`,
      unit: "MiB",
      limit: 10,
      values: slope((s) => s.residentMib),
    },
    { what: "of which JavaScript's heap", unit: "MiB", values: slope((s) => s.heapMib) },
    { what: "resident memory at the end", unit: "MiB", values: [last?.residentMib ?? NaN] },
    { what: "file descriptors added", unit: "count", limit: 1, values: [added((s) => s.descriptors)] },
    { what: "timers added", unit: "count", limit: 1, values: [added((s) => s.timers)] },
    { what: "runs and secrets still held at the end", unit: "count", limit: 1, values: [last?.held ?? NaN] },
  ];
}

/** Garbage is collected in waves: medians of a dozen blocks are independent enough for an interval. */
function blocksOf(
  samples: readonly ManyRunsSample[],
  of: (sample: ManyRunsSample) => number,
): readonly (readonly [number, number])[] {
  const size = Math.max(1, Math.floor(samples.length / BLOCKS));
  const blocks = Array.from({ length: BLOCKS }, (_, index) => samples.slice(index * size, (index + 1) * size));
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => [median(block.map(({ runs }) => runs)), median(block.map(of))] as const);
}
