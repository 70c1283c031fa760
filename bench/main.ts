// `npm run bench`: what Chatbench costs beside the k6 that it drives, measured and stored.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
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
import { parseOptions, USAGE, type Options } from "./options.ts";
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
  try {
    const sections = sectionsOf(await measure(yard, k6, options));
    const head = headOf(factsOf(k6, ROOT));
    process.stdout.write(pageWith("", { head, sections, stamp: stamp() }));
    if (options.page === undefined) return;
    const path = resolve(ROOT, options.page);
    mkdirSync(dirname(path), { recursive: true });
    const old = existsSync(path) ? readFileSync(path, "utf8") : "";
    writeFileSync(path, pageWith(old, { head, sections, stamp: stamp() }));
    tell(`stored in ${path}`);
  } finally {
    yard.close();
  }
}

async function measure(yard: Yard, k6: string, options: Options): Promise<Findings> {
  const { parts } = options;
  const pairs = parts.includes("cpu")
    ? await comparePairs(
        yard,
        { base: "bare", chatbench: "chatbench", third: "bare-without-timeline" },
        { options, tell },
      )
    : [];
  const least = parts.includes("cpu-least") ? await measureLeast(k6, options) : undefined;
  const runs = pairs.flatMap(({ chatbench }) => [chatbench.long, chatbench.short]);
  const remoteWrite = parts.includes("remote-write") ? await measureRemoteWrite(yard, options) : undefined;
  if (parts.includes("memory")) tell(`an hour in ${options.hourInSeconds} s: memory and report`);
  const longRun = parts.includes("memory") ? await measureLongRun(yard, k6, options) : undefined;
  return {
    options,
    pairs,
    daemon: await measureDaemon(options, k6, tell),
    ...(pairs.length === 0 ? {} : { cost: costOf(pairs), times: timesOf(runs) }),
    ...(least === undefined ? {} : { least }),
    ...(remoteWrite === undefined ? {} : { remoteWrite }),
    ...(longRun === undefined ? {} : { longRun }),
    ...(await measureLoads(k6, parts)),
    ...(parts.includes("ttft") ? { ttft: await measureTtfts(k6, options) } : {}),
  };
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

/** Arrivals at a rate and the ladder of loads, against set truths. */
async function measureLoads(k6: string, parts: Options["parts"]): Promise<Pick<Findings, "omission" | "breakpoint">> {
  const [omission, breakpoint]: [OmissionRow[], BreakpointRow[]] = [[], []];
  const place = { root: ROOT, k6 };
  if (parts.includes("omission")) for (const one of OMISSION_CASES) omission.push(await measureOmission(one, place));
  if (parts.includes("breakpoint"))
    for (let run = 0; run < BREAKPOINT_RUNS; run += 1) breakpoint.push(await measureBreakpoint(place));
  return { ...(omission.length > 0 && { omission }), ...(breakpoint.length > 0 && { breakpoint }) };
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
