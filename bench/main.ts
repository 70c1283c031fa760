// `npm run bench`: what Chatbench costs beside the k6 that it drives, measured and stored.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createAttempts, type Attempts } from "./attempts.ts";
import { costOf, type Cost } from "./cost.ts";
import { comparePairs, type Pair } from "./cpu.ts";
import { measureDaemon } from "./daemon.ts";
import { factsOf, startStamp } from "./facts.ts";
import { measureLongRun } from "./memory.ts";
import {
  measureBreakpoint,
  measureOmission,
  OMISSION_CASES,
  type BreakpointRow,
  type OmissionRow,
} from "./omission.ts";
import { parseOptions, USAGE, type Options, type Part } from "./options.ts";
import { headOf, sectionsOf, type Findings } from "./page.ts";
import { startPrometheus } from "./prometheus.ts";
import { pageWith } from "./sections.ts";
import { timesOf } from "./times.ts";
import { measureTtft, type TtftRow } from "./ttft.ts";
import { openYard, type Yard } from "./yard.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const tell = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

/** The k6 of the set-up, else the one on PATH. */
function findK6(): string {
  const ours = resolve(ROOT, ".tools/bin/k6");
  return process.env.CHATBENCH_K6 ?? (existsSync(ours) ? ours : "k6");
}

async function bench(options: Options): Promise<void> {
  const k6 = findK6();
  const stamp = startStamp(ROOT);
  const yard = await openYard(options, k6, "conversation");
  const attempts = createAttempts(tell);
  try {
    const sections = sectionsOf(await measure(yard, k6, { ...options, attempts }));
    if (attempts.failed.length > 0) process.exitCode = 1;
    const head = headOf(factsOf(k6, ROOT));
    process.stdout.write(pageWith("", { head, sections, stamp: stamp() }));
    if (options.page === undefined || sections.length === 0) return;
    const path = resolve(ROOT, options.page);
    mkdirSync(dirname(path), { recursive: true });
    const old = existsSync(path) ? readFileSync(path, "utf8") : "";
    writeFileSync(path, pageWith(old, { head, sections, stamp: stamp() }));
    tell(`stored in ${path}`);
  } finally {
    yard.close();
  }
}

type Measuring = Options & { readonly attempts: Attempts };

async function measure(yard: Yard, k6: string, options: Measuring): Promise<Findings> {
  const { attempts } = options;
  const comparison = { base: "bare", chatbench: "chatbench", third: "bare-without-timeline" } as const;
  const pairs = (await part("cpu", () => comparePairs(yard, comparison, { options, tell }), options)) ?? [];
  const least = await part("cpu-least", () => measureLeast(k6, options), options);
  const runs = pairs.flatMap(({ chatbench }) => [chatbench.long, chatbench.short]);
  const remoteWrite = await part("remote-write", () => measureRemoteWrite(yard, options), options);
  if (options.parts.includes("memory")) tell(`an hour in ${options.hourInSeconds} s: memory and report`);
  const longRun = await part("memory", () => measureLongRun(yard, k6, options), options);
  const daemon = await measureDaemon({ options, k6, attempts, tell });
  const omission = await part("omission", () => measureOmissions(k6), options);
  const breakpoint = await part("breakpoint", () => measureBreakpoints(k6), options);
  const ttft = await part("ttft", () => measureTtfts(k6, options), options);
  return {
    ...{ options, pairs, daemon },
    ...(pairs.length > 0 && { cost: costOf(pairs), times: timesOf(runs) }),
    ...(least && { least }),
    ...(remoteWrite && { remoteWrite }),
    ...(longRun && { longRun }),
    ...(omission && { omission }),
    ...(breakpoint && { breakpoint }),
    ...(ttft && { ttft }),
  };
}

/** Undefined: not asked for, or failed. */
async function part<T>(name: Part, work: () => Promise<T>, { parts, attempts }: Measuring): Promise<T | undefined> {
  return parts.includes(name) ? await attempts.measure(name, work) : undefined;
}

/** At so many streams at the same time; beyond the last the machine's limit is expected, and the run to say so. */
const STREAMS = [100, 500, 1_000, 2_000];
const QUICK_STREAMS = [50];

async function measureTtfts(k6: string, { quick }: Options): Promise<readonly TtftRow[]> {
  const rows: TtftRow[] = [];
  for (const traffic of ["stream", "websocket"] as const) {
    for (const streams of quick ? QUICK_STREAMS : STREAMS) {
      // As many answers as a P99 needs, and more.
      const seconds = quick ? 10 : streams < 500 ? 60 : 30;
      tell(`${streams} streams (${traffic}), ${seconds} s`);
      rows.push(await measureTtft({ root: ROOT, k6, traffic, streams, seconds }));
    }
  }
  return rows;
}

const BREAKPOINT_RUNS = 3;

/** Arrivals at a rate, against set truths. */
async function measureOmissions(k6: string): Promise<readonly OmissionRow[]> {
  const rows: OmissionRow[] = [];
  for (const one of OMISSION_CASES) rows.push(await measureOmission(one, { root: ROOT, k6 }));
  return rows;
}

/** The ladder of loads, against a set truth. */
async function measureBreakpoints(k6: string): Promise<readonly BreakpointRow[]> {
  const rows: BreakpointRow[] = [];
  for (let run = 0; run < BREAKPOINT_RUNS; run += 1) rows.push(await measureBreakpoint({ root: ROOT, k6 }));
  return rows;
}

/** The hardest comparison: a script whose own work is next to nothing. */
async function measureLeast(k6: string, options: Options): Promise<Cost> {
  const yard = await openYard(options, k6, "least");
  try {
    return costOf(await comparePairs(yard, { base: "bare", chatbench: "chatbench" }, { options, tell }));
  } finally {
    yard.close();
  }
}

async function measureRemoteWrite(yard: Yard, options: Options): Promise<NonNullable<Findings["remoteWrite"]>> {
  const prometheus = await startPrometheus(yard);
  if ("problem" in prometheus) return prometheus;
  try {
    yard.sendTo(prometheus.url);
    const comparison = { base: "bare-remote-write", chatbench: "chatbench-remote-write" } as const;
    const pairs: readonly Pair[] = await comparePairs(yard, comparison, { options, tell });
    return costOf(pairs);
  } finally {
    await prometheus.stop();
  }
}

try {
  await bench(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
}
