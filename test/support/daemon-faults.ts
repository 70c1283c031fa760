import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunRecord, RunSummary } from "../../src/model/index.ts";
import type { Interface } from "./daemon.ts";
import { ROOT } from "./k6.ts";
import { samplesOf } from "./metrics-page.ts";

export const PROGRAM = join(ROOT, "dist/src/main.js");
export const TERMINAL = ["finished", "error", "aborted", "lost", "skipped"];
const RUN_FOLDER = /^\d{8}T\d{6}Z-/;

/** What makes the daemon suffer: loaded into its process before it begins. */
export const fixture = (name: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${join(ROOT, "test/fixtures/daemon", name)}`,
});

/** A load test that tells the target which run it works for, in its path. */
export const TELLING = `import http from "k6/http"; import { sleep } from "k6";
export default function () { http.get(__ENV.CHATBENCH_TARGET_URL + "/" + __ENV.CHATBENCH_RUN_ID); sleep(0.02); }`;

/** A pattern of this many seconds without a warm-up, one user. */
export const seconds = (judged: number): string =>
  `pattern: { name: smoke, users: 1, duration: ${String(judged)}s, warmup: 0s }`;

/** Folders of a test, all removed by the returned function. */
export function folders(): { make(): Promise<string>; remove(): Promise<void> } {
  const made: string[] = [];
  return {
    async make() {
      const folder = await mkdtemp(join(tmpdir(), "chatbench-faults-"));
      made.push(folder);
      return folder;
    },
    async remove() {
      for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Processes that carry one of these run ids in their environment; zombies have none. */
export async function processesOf(ids: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    for (const id of ids) if (environment.split("\0").includes(`CHATBENCH_RUN_ID=${id}`)) found.push(`${pid} of ${id}`);
  }
  return found;
}

/** Every run folder of a results folder with its record, where it has one. */
export async function recordsIn(folder: string): Promise<ReadonlyMap<string, RunRecord | undefined>> {
  const results = join(folder, "results");
  const ids = (await readdir(results)).filter((name) => RUN_FOLDER.test(name)).sort();
  const read = async (id: string): Promise<RunRecord | undefined> => {
    const text = await readFile(join(results, id, "record.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
  };
  return new Map(await Promise.all(ids.map(async (id) => [id, await read(id)] as const)));
}

/** All runs of the list, oldest first. */
export async function listed({ get }: Pick<Interface, "get">): Promise<readonly RunSummary[]> {
  const { runs } = (await (await get("/api/v1/runs?limit=500")).json()) as { runs: readonly RunSummary[] };
  return runs.toReversed();
}

/** The state that /metrics gives the newest run of a scenario, and its id. */
export async function newestOnMetrics(
  { metrics }: Pick<Interface, "metrics">,
  scenario: string,
): Promise<{ readonly id: string | undefined; readonly state: string | undefined }> {
  const page = await metrics();
  const states = samplesOf(page, "chatbench_newest_run_state", { scenario }).filter(({ value }) => value === 1);
  const [info] = samplesOf(page, "chatbench_newest_run_info", { scenario });
  return { id: info?.labels.run_id, state: states[0]?.labels.state };
}

/** How long /metrics takes, in milliseconds; it must answer 200. */
export async function metricsTookMs({ get }: Pick<Interface, "get">): Promise<number> {
  const from = performance.now();
  const answer = await get("/metrics");
  await answer.text();
  expect(answer.status).toBe(200);
  return performance.now() - from;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly seen: { readonly out: string; readonly err: string };
}

/** `chatbench serve` as a process, without waiting for anything. */
export function launch(folder: string, env: Record<string, string> = {}): Launched {
  const child = spawn(process.execPath, [PROGRAM, "serve", "--listen", "127.0.0.1:0"], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.err += text));
  return { child, seen };
}

/** `chatbench serve` that is to be refused: what it said, and how it ended. */
export async function refusedServe(folder: string, env: Record<string, string> = {}): Promise<Ended> {
  const { child, seen } = launch(folder, env);
  child.stdout?.once("data", () => child.kill("SIGTERM")); // it began: not refused
  await once(child, "close");
  return { code: child.exitCode, ...seen };
}

/** Events of the daemon's log, one a line. */
export function eventsOf(log: string): readonly Readonly<Record<string, unknown>>[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
