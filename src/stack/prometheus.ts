import { basename, dirname, join } from "node:path";
import type { Clock } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { findExecutables } from "../platform/executables.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { startProcess } from "../platform/process.ts";
import type { RuleLinks } from "./rules.ts";
import { writeRules } from "./write-rules.ts";
import { placeConfiguration, type PartAddresses } from "./configuration.ts";
import { answers, startPart, type RunningPart } from "./part.ts";

const MEGABYTE = 1_000_000;
/** A large write-ahead log takes long to replay; until then /-/ready says no. */
const READY_WITHIN_MS = 120_000;

export interface PrometheusSpec {
  readonly program: string;
  /** Holds its data, its log and its configuration: absolute. */
  readonly folder: string;
  /** prometheus/prometheus.yml: absolute. */
  readonly configFile: string;
  /** Where alerts lead; absent or empty: as the shipped rules have it. */
  readonly links?: RuleLinks;
  readonly clock: Clock;
  /** Where the parts beside it listen; jobs of a part that is not there are left out. Absent: all as in the file. */
  readonly parts?: PartAddresses;
  /** Absent: any free port of 127.0.0.1. */
  readonly port?: number;
  /** When it aborts before Prometheus is ready, the start is given up. */
  readonly stop?: AbortSignal;
}

export type RunningPrometheus = RunningPart;

export type PrometheusStart = { readonly prometheus: RunningPrometheus } | { readonly problem: string };

/** Path of a Prometheus: on `searchPath` (a PATH text), else unpacked into the clone's `.tools/bin` by the set-up. */
export async function findPrometheus(searchPath: string, toolsFolder: string): Promise<string | undefined> {
  const [program] = await findExecutables("prometheus", searchPath, [join(toolsFolder, "bin")]);
  return program;
}

/** Starts a real Prometheus with its remote-write receiver on, and waits until it is ready. */
export async function startPrometheus(spec: PrometheusSpec): Promise<PrometheusStart> {
  const { program, folder, clock, port, stop } = spec;
  const help = await helpOf(program);
  if ("problem" in help) return { problem: `${program} cannot be started: ${help.problem}.` };
  const started = await startPart({
    ...{ title: "Prometheus", program, folder, log: "prometheus", clock },
    ...{ readyPath: "/-/ready", readyWithinMs: READY_WITHIN_MS },
    ...(port === undefined ? {} : { port }),
    ...(stop === undefined ? {} : { stop }),
    async arguments(address) {
      const configured = await writeConfiguration(spec, address);
      if ("problem" in configured) return configured;
      return { args: argumentsFor(spec, { address, file: configured.file, help: help.text }) };
    },
  });
  return "part" in started ? { prometheus: started.part } : started;
}

/** The file beside which the rules lie: the shipped one, or ours where rules have links of this installation. */
async function placedRules(spec: PrometheusSpec): Promise<{ readonly file: string } | { readonly problem: string }> {
  const { configFile: file, folder, links = {} } = spec;
  if (Object.keys(links).length === 0) return { file };
  const written = await writeRules({ from: join(dirname(file), "rules"), to: join(folder, "rules") }, links);
  return "problem" in written ? written : { file: join(folder, basename(file)) };
}

async function writeConfiguration(
  spec: PrometheusSpec,
  address: string,
): Promise<{ readonly file: string } | { readonly problem: string }> {
  const read = await readTextFile(spec.configFile, { maxBytes: MEGABYTE });
  if ("problem" in read) return { problem: read.problem.text };
  const parts = spec.parts === undefined ? {} : { parts: spec.parts };
  const source = await placedRules(spec);
  if ("problem" in source) return source;
  const placed = placeConfiguration(read.text, { file: source.file, address, ...parts });
  if ("problem" in placed) return placed;
  const file = join(spec.folder, "prometheus.yml");
  const written = await writeFileAtomic(file, placed.text);
  return written.problem === undefined ? { file } : { problem: written.problem.text };
}

/**
 * Flags by what this version's help names: 2.42 needs the feature flag for native histograms, later ones dropped it.
 * Uptime over 30 days needs 31 days of probes; the size is a bound for k6's series and far above what those take.
 */
function argumentsFor(spec: PrometheusSpec, to: { address: string; file: string; help: string }): string[] {
  return [
    `--config.file=${to.file}`,
    `--storage.tsdb.path=${join(spec.folder, "data")}`,
    "--storage.tsdb.retention.time=90d",
    "--storage.tsdb.retention.size=4GB",
    `--web.listen-address=${to.address}`,
    `--web.external-url=http://${to.address}`,
    "--web.enable-remote-write-receiver",
    ...(to.help.includes("native-histograms") ? ["--enable-feature=native-histograms"] : []),
  ];
}

/** Asks /-/ready once. */
export function isReady(url: string): Promise<boolean> {
  return answers(`${url}/-/ready`);
}

async function helpOf(program: string): Promise<{ readonly text: string } | { readonly problem: string }> {
  const lines: string[] = [];
  const onLine = (line: string): void => {
    if (lines.length < 2_000) lines.push(line);
  };
  const spec = { command: program, args: ["--help"], env: {}, cwd: "/", onStdoutLine: onLine, onStderrLine: onLine };
  const started = await startProcess(spec);
  if ("problem" in started) return started;
  const cancel = after(10_000, () => started.child.kill());
  await started.child.exited;
  cancel();
  return { text: lines.join("\n") };
}
