import { join } from "node:path";
import type { Clock } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { findExecutables } from "../platform/executables.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../platform/files.ts";
import { fetchText, freePort } from "../platform/network.ts";
import { startProcess, type ChildExit, type ChildSpec, type RunningChild } from "../platform/process.ts";
import type { ProcessIdentity } from "../platform/process-identity.ts";
import { placeConfiguration } from "./configuration.ts";

const MEGABYTE = 1_000_000;
/** A large write-ahead log takes long to replay; until then /-/ready says no. */
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 8_000;
/** The port that was free may be taken before Prometheus listens on it. */
const ATTEMPTS = 3;

export interface PrometheusSpec {
  readonly program: string;
  /** Holds its data, its log and its configuration: absolute. */
  readonly folder: string;
  /** prometheus/prometheus.yml: absolute. */
  readonly configFile: string;
  readonly clock: Clock;
  /** Absent: any free port of 127.0.0.1. */
  readonly port?: number;
  /** When it aborts before Prometheus is ready, the start is given up. */
  readonly stop?: AbortSignal;
}

export interface RunningPrometheus {
  readonly url: string;
  readonly identity: ProcessIdentity;
  readonly exited: Promise<ChildExit>;
  /** TERM, and KILL if it still runs after eight seconds; resolves when it is gone. */
  stop(): Promise<void>;
}

export type PrometheusStart = { readonly prometheus: RunningPrometheus } | { readonly problem: string };

/** Path of a Prometheus: on `searchPath` (a PATH text), else unpacked into the clone's `.tools/bin` by the set-up. */
export async function findPrometheus(searchPath: string, toolsFolder: string): Promise<string | undefined> {
  const [program] = await findExecutables("prometheus", searchPath, [join(toolsFolder, "bin")]);
  return program;
}

/** Starts a real Prometheus with its remote-write receiver on, and waits until it is ready. */
export async function startPrometheus(spec: PrometheusSpec): Promise<PrometheusStart> {
  const help = await outputOf(spec.program, ["--help"]);
  if ("problem" in help) return { problem: `${spec.program} cannot be started: ${help.problem}.` };
  const logPath = join(spec.folder, "prometheus.log");
  const made = await ensureFolder(spec.folder);
  if (made.problem !== undefined) return { problem: made.problem.text };
  for (let attempt = 1; ; attempt += 1) {
    const port = spec.port ?? (await freePort());
    const started = await startOn(spec, { port, logPath, help: help.text });
    if ("prometheus" in started || spec.port !== undefined || attempt === ATTEMPTS) return started;
    if (!started.problem.includes("address already in use")) return started;
  }
}

interface Attempt {
  readonly port: number;
  readonly logPath: string;
  readonly help: string;
}

async function startOn(spec: PrometheusSpec, attempt: Attempt): Promise<PrometheusStart> {
  const address = `127.0.0.1:${attempt.port}`;
  const configured = await writeConfiguration(spec, address);
  if ("problem" in configured) return configured;
  const started = await startProcess({
    ...childOf(spec.program, argumentsFor(spec, { address, file: configured.file, help: attempt.help })),
    cwd: spec.folder,
    log: { path: attempt.logPath, maxBytes: 10 * MEGABYTE },
  });
  if ("problem" in started) return { problem: `${spec.program} cannot be started: ${started.problem}.` };
  const { child } = started;
  const identity = await child.identity;
  const url = `http://${address}`;
  const trouble = identity === undefined ? "it ended at once" : await whyNotReady(spec, child, url);
  if (identity !== undefined && trouble === undefined)
    return { prometheus: { url, identity, exited: child.exited, stop: () => stopChild(child) } };
  await stopChild(child);
  return { problem: `Prometheus did not become ready: ${trouble ?? ""}. ${await lastWords(attempt.logPath)}` };
}

async function writeConfiguration(
  spec: PrometheusSpec,
  address: string,
): Promise<{ readonly file: string } | { readonly problem: string }> {
  const read = await readTextFile(spec.configFile, { maxBytes: MEGABYTE });
  if ("problem" in read) return { problem: read.problem.text };
  const placed = placeConfiguration(read.text, { file: spec.configFile, address });
  if ("problem" in placed) return placed;
  const file = join(spec.folder, "prometheus.yml");
  const written = await writeFileAtomic(file, placed.text);
  return written.problem === undefined ? { file } : { problem: written.problem.text };
}

/** Flags by what this version's help names: 2.42 needs the feature flag for native histograms, later ones dropped it. */
function argumentsFor(spec: PrometheusSpec, to: { address: string; file: string; help: string }): string[] {
  return [
    `--config.file=${to.file}`,
    `--storage.tsdb.path=${join(spec.folder, "data")}`,
    "--storage.tsdb.retention.time=90d",
    "--storage.tsdb.retention.size=2GB",
    `--web.listen-address=${to.address}`,
    "--web.enable-remote-write-receiver",
    ...(to.help.includes("native-histograms") ? ["--enable-feature=native-histograms"] : []),
  ];
}

/** Undefined once it is ready; else in a few words why it will not be. */
async function whyNotReady(spec: PrometheusSpec, child: RunningChild, url: string): Promise<string | undefined> {
  const ended = child.exited.then(({ code, signal }) => `it ended (${signal ?? `exit ${String(code)}`})`);
  const until = spec.clock.now() + READY_WITHIN_MS;
  while (spec.clock.now() < until) {
    if (spec.stop?.aborted === true) return "it was stopped";
    const seen = await Promise.race([ended, isReady(url)]);
    if (typeof seen === "string") return seen;
    if (seen) return undefined;
    await Promise.race([ended, spec.clock.sleep(50)]);
  }
  return `it was not ready within ${READY_WITHIN_MS / 1_000} s`;
}

/** Asks /-/ready once. */
export async function isReady(url: string): Promise<boolean> {
  const answer = await fetchText(new URL(`${url}/-/ready`), { timeoutMs: 2_000, maxBytes: 10_000 });
  return "status" in answer && answer.status === 200;
}

async function stopChild(child: RunningChild): Promise<void> {
  child.terminate();
  const cancel = after(STOP_WITHIN_MS, () => child.kill());
  await child.exited;
  cancel();
}

const childOf = (command: string, args: readonly string[]): Pick<ChildSpec, "command" | "args" | "env"> => ({
  command,
  args,
  env: {},
});

async function outputOf(
  program: string,
  args: readonly string[],
): Promise<{ readonly text: string } | { readonly problem: string }> {
  const lines: string[] = [];
  const onLine = (line: string): void => {
    if (lines.length < 2_000) lines.push(line);
  };
  const spec = { ...childOf(program, args), cwd: "/", onStdoutLine: onLine, onStderrLine: onLine };
  const started = await startProcess(spec);
  if ("problem" in started) return started;
  await stopAfter(started.child, 10_000);
  return { text: lines.join("\n") };
}

async function stopAfter(child: RunningChild, milliseconds: number): Promise<void> {
  const cancel = after(milliseconds, () => child.kill());
  await child.exited;
  cancel();
}

async function lastWords(logPath: string): Promise<string> {
  const log = await readTextFile(logPath, { maxBytes: 20 * MEGABYTE });
  const lines = "text" in log ? log.text.trimEnd().split("\n").slice(-3).join("\n") : "";
  return `The end of its log (${logPath}):\n${lines}`;
}
