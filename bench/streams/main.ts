// `npm run bench:streams`: how many streams Chatbench and other tools can hold and still tell the truth.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { factsOf, startStamp } from "../facts.ts";
import { headOf } from "../page.ts";
import { pageWith } from "../sections.ts";
import { aiperfTool } from "./aiperf.ts";
import { chatbenchTool } from "./chatbench.ts";
import { locustTool } from "./locust.ts";
import { streamsSection, type Measured } from "./page.ts";
import { isPrepared, prepareAiperf } from "./prepare.ts";
import { findCapacity, type SearchOptions } from "./search.ts";
import type { Tool } from "./trial.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const IDLE_STREAMS = 10;
const USAGE = `npm run bench:streams -- [--prepare] [--quick] [--only NAMES] [--peers FOLDER] [--page FILE]
  --prepare      only installs AIPerf and its tokenizer into the peers' folder
  --quick        doubling only, short trials; stores nothing unless --page is given
  --only NAMES   chatbench, locust-plain, locust-plain2, locust, locust2, locust-first, aiperf, with commas between them; stores nothing unless --page is given
  --peers FOLDER where AIPerf lies (bench-peers in the system's folder for temporary files)
  --page FILE    the page that gets the section (docs/benchmarks.md)`;

const tell = (line: string): void => void process.stderr.write(`bench:streams: ${line}\n`);

async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      prepare: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "string", default: join(tmpdir(), "bench-peers") },
      page: { type: "string" },
    },
  });
  if (values.prepare) {
    prepareAiperf(ROOT, values.peers);
    tell(`ready: ${values.peers}`);
    return;
  }
  const k6 = findK6();
  // Users come round each 2.8 s: whole rounds, so that the streams open on average are counted right.
  const tools = toolsOf({ k6, peers: values.peers, only: values.only, seconds: values.quick ? 6 : 14 });
  const search: SearchOptions = {
    ...{ start: 250, most: 8_000, least: 15, tell },
    ...(values.quick ? { bisections: 0, tries: 1 } : { bisections: 2, tries: 2 }),
  };
  const stamp = startStamp(ROOT);
  const measured: Measured[] = [];
  for (const tool of tools) {
    const idle = await tool.run(IDLE_STREAMS);
    measured.push({ ...(await findCapacity(tool, search)), idle });
  }
  const section = { name: "streams", parts: streamsSection(measured) } as const;
  const write = (old: string): string =>
    pageWith(old, { head: headOf(factsOf(k6, ROOT)), sections: [section], stamp: stamp() });
  process.stdout.write(write(""));
  const page = values.page ?? (values.quick || values.only !== undefined ? undefined : "docs/benchmarks.md");
  if (page === undefined) return;
  const path = resolve(ROOT, page);
  writeFileSync(path, write(existsSync(path) ? readFileSync(path, "utf8") : ""));
  tell(`stored in ${path}`);
}

function toolsOf(of: { k6: string; peers: string; only: string | undefined; seconds: number }): readonly Tool[] {
  const { k6, peers, seconds } = of;
  const python = join(ROOT, ".tools/locust/bin/python");
  const all: Readonly<Record<string, () => Tool>> = {
    chatbench: () => chatbenchTool({ root: ROOT, k6, seconds }),
    "locust-plain": () => locustTool({ root: ROOT, python, seconds, processes: 1, user: "plain" }),
    "locust-plain2": () => locustTool({ root: ROOT, python, seconds, processes: 2, user: "plain" }),
    locust: () => locustTool({ root: ROOT, python, seconds, processes: 1, user: "each chunk" }),
    locust2: () => locustTool({ root: ROOT, python, seconds, processes: 2, user: "each chunk" }),
    "locust-first": () => locustTool({ root: ROOT, python, seconds, processes: 1, user: "first token only" }),
    ...(isPrepared(peers) && { aiperf: () => aiperfTool({ root: ROOT, peers, seconds }) }),
  };
  if (!("aiperf" in all))
    tell(`AIPerf is not in ${peers} and is left out; npm run bench:streams -- --prepare puts it there`);
  const names = of.only?.split(",") ?? Object.keys(all);
  const unknown = names.find((name) => !(name in all));
  if (unknown !== undefined) throw new Error(`There is no tool ${unknown}; there are ${Object.keys(all).join(", ")}.`);
  return names.flatMap((name) => all[name]?.() ?? []);
}

/** The k6 of the set-up, else the one on PATH. */
function findK6(): string {
  const ours = resolve(ROOT, ".tools/bin/k6");
  return process.env.CHATBENCH_K6 ?? (existsSync(ours) ? ours : "k6");
}

try {
  await bench(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench:streams: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
}
