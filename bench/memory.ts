import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "./options.ts";
import { median, medianInterval, slopeInterval, type Interval } from "./statistics.ts";
import { timed } from "./timed.ts";
import { CHATBENCH, emptyResults, plainEnvironment, type Yard } from "./yard.ts";

const SAMPLE_MS = 100;
const BLOCKS = 12;
const MIB = 1024 * 1024;

export interface LongRun {
  /** MiB of resident memory that an hour of load adds, after the first third. */
  readonly slopeMib: Interval;
  readonly medianMib: number;
  readonly peakMib: number;
  readonly reportSeconds: Interval;
  /** Of these, what the command needs to do nothing (`chatbench --version`). */
  readonly startSeconds: Interval;
  readonly reportBytes: number;
  readonly points: number;
}

/** Runs Chatbench with a k6 that lasts an hour in less than a minute, then writes that run's page. */
export async function measureLongRun(yard: Yard, k6: string, options: Options): Promise<LongRun> {
  emptyResults(yard);
  const samples = await sampleHour(yard, fixtureOf(yard, k6, options));
  const results = join(yard.folder, "results");
  const id = readdirSync(results).find((name) => existsSync(join(results, name, "timeline.json")));
  if (id === undefined) throw new Error("the run of an hour left no timeline");
  const timeline = JSON.parse(readFileSync(join(results, id, "timeline.json"), "utf8")) as { points: unknown[] };
  const repeat = async (...args: string[]): Promise<Interval> => {
    const seconds: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const done = await timed({ command: [...CHATBENCH, ...args], cwd: yard.folder, env: plainEnvironment() });
      if (done.code !== 0) throw new Error(`chatbench ${args.join(" ")} ended with ${done.code}:\n${done.output}`);
      seconds.push(done.wallSeconds);
    }
    return medianInterval(seconds);
  };
  return {
    ...memoryOf(samples),
    reportSeconds: await repeat("report", id),
    startSeconds: await repeat("--version"),
    reportBytes: statSync(join(results, id, "report.html")).size,
    points: timeline.points.length,
  };
}

function fixtureOf(yard: Yard, k6: string, options: Options): string {
  const path = join(yard.folder, "k6-hour");
  const program = fileURLToPath(new URL("./hour-k6.js", import.meta.url));
  const command = [process.execPath, program, k6, String(options.hourInSeconds)].map((part) => `'${part}'`).join(" ");
  writeFileSync(path, `#!/bin/sh\n[ "$1" = run ] || exec '${k6}' "$@"\nexec ${command} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Resident bytes while the fixture writes, each with the part of the hour that was over by then. */
async function sampleHour(yard: Yard, fixture: string): Promise<readonly Sample[]> {
  const child = spawn(CHATBENCH[0] ?? "", [...CHATBENCH.slice(1), "run", "short"], {
    cwd: yard.folder,
    env: { ...plainEnvironment(), CHATBENCH_K6: fixture },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  const sampled: { at: number; bytes: number }[] = [];
  const timer = setInterval(() => {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(statusOf(child.pid))?.[1];
    if (kilobytes !== undefined) sampled.push({ at: Date.now(), bytes: Number(kilobytes) * 1024 });
  }, SAMPLE_MS);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  if (code === null || code === 2) throw new Error(`the run of an hour ended with ${String(code)}:\n${said.join("")}`);
  const first = sampled[0]?.at ?? 0;
  const last = sampled.at(-1)?.at ?? 1;
  return sampled.map(({ at, bytes }) => ({ hour: (at - first) / (last - first), bytes }));
}

interface Sample {
  readonly hour: number;
  readonly bytes: number;
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${String(pid)}/status`, "utf8");
  } catch {
    return ""; // it has just ended
  }
}

/**
 * The first third is Chatbench's start, and the last twentieth its end (record, pages). Neighbouring samples hang
 * together (garbage is collected in waves), so the slope is of the medians of a dozen blocks.
 */
export function memoryOf(samples: readonly Sample[]): Pick<LongRun, "slopeMib" | "medianMib" | "peakMib"> {
  const steady = samples.filter(({ hour }) => hour > 1 / 3 && hour < 0.95);
  const size = Math.max(1, Math.floor(steady.length / BLOCKS));
  const blocks = Array.from({ length: BLOCKS }, (_, index) => steady.slice(index * size, (index + 1) * size));
  const mib = (of: readonly Sample[]): number => median(of.map(({ bytes }) => bytes)) / MIB;
  const points = blocks
    .filter((block) => block.length > 0)
    .map((block) => [median(block.map(({ hour }) => hour)), mib(block)] as const);
  return {
    slopeMib: slopeInterval(points),
    medianMib: mib(steady),
    peakMib: Math.max(...samples.map(({ bytes }) => bytes)) / MIB,
  };
}
