import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createK6Engine, type K6Deps } from "../../src/engine/index.ts";
import type {
  Engine,
  Load,
  Progress,
  RunId,
  Scenario,
  TrialResult,
  TrialWatch,
  TrialWork,
} from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findExecutables } from "../../src/platform/executables.ts";

export const ROOT = join(import.meta.dirname, "../..");
/** k6 reads TypeScript itself, so under test the wrapper imports the source of the runtime. */
export const RUNTIME_FILE = join(ROOT, "src/engine/k6/runtime.ts");
/** Plain k6 scripts as a user writes them. */
export const SCRIPTS = join(ROOT, "test/fixtures/scripts");
/** Programs that answer `version` and `inspect` like k6 and then misbehave. */
export const FAKES = join(ROOT, "test/fixtures/k6");

/** The real k6 of PATH, else of .tools/bin. */
export async function realK6(): Promise<string> {
  const [path] = await findExecutables("k6", process.env.PATH ?? "", [join(ROOT, ".tools/bin")]);
  if (path === undefined) throw new Error("no k6: run `npm run setup` first");
  return path;
}

/** The engine with the real k6, or with what `overrides` says; `fake` names a program of test/fixtures/k6. */
export function k6Engine(overrides: Partial<K6Deps> & { fake?: string } = {}): Engine {
  const { fake, ...deps } = overrides;
  return createK6Engine({
    search: {
      searchPath: process.env.PATH ?? "",
      folders: [join(ROOT, ".tools/bin")],
      ...(fake === undefined ? {} : { named: join(FAKES, fake) }),
    },
    inherited: process.env,
    runtimeFile: RUNTIME_FILE,
    clock: systemClock,
    ...deps,
  });
}

/** The script's own options decide. */
export const OWN: Load = { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null };

/** `users` all the time: first an unjudged warm-up, then the judged part. */
export function steady(users: number, seconds: number, warmupSeconds = 0): Load {
  const stages = [{ seconds, users }];
  return { pattern: "smoke", users, warmup: { seconds: warmupSeconds, users }, stages };
}

export interface WorkInput extends Partial<Omit<Scenario, "target" | "script" | "engine">> {
  /** A file of test/fixtures/scripts, or an absolute path. */
  readonly script: string;
  /** The run's folder; it must exist. */
  readonly folder: string;
  readonly baseUrl?: string;
  readonly prometheusUrl?: string;
}

/** What `run` would hand the engine. */
export function trialWork(input: WorkInput): TrialWork {
  const { script, folder, baseUrl = "http://127.0.0.1:9", prometheusUrl, ...scenario } = input;
  return {
    runId: "20261123T020000Z-chat-api-4k7q" as RunId,
    index: 0,
    trigger: "manual",
    folder,
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
    scenario: {
      ...{ name: "chat-api", load: OWN, objectives: [], params: {}, env: {}, secrets: {} },
      ...scenario,
      script: script.startsWith("/") ? script : join(SCRIPTS, script),
      target: { name: "chatbot", baseUrl },
    },
  };
}

export interface Watched extends TrialWatch {
  readonly progress: readonly Progress[];
  /** Ends the load gracefully, once. */
  stopNow(by?: "person" | "shutdown" | "spend_cap"): void;
  /** Kills the whole group. */
  killNow(): void;
}

/** A watcher that keeps the progress it is told, and can stop the trial. */
export function watcher(onProgress: (progress: Progress) => void = () => undefined): Watched {
  const stop = new AbortController();
  const kill = new AbortController();
  const progress: Progress[] = [];
  return {
    progress,
    stop: stop.signal,
    kill: kill.signal,
    onProgress: (now) => {
      progress.push(now);
      onProgress(now);
    },
    stopNow: (by = "person") => stop.abort(by),
    killNow: () => kill.abort(),
  };
}

/** One trial from start to end in a folder of its own, which `work` may read before it is removed. */
export async function runScript<T>(
  input: Omit<WorkInput, "folder"> & { engine?: Engine; watch?: Watched },
  read: (result: TrialResult, folder: string) => Promise<T> | T,
): Promise<T> {
  const { engine = k6Engine(), watch = watcher(), ...rest } = input;
  return await inFolder(async (folder) => read(await engine.run(trialWork({ ...rest, folder }), watch), folder));
}

/** A folder for the work, gone again afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "chatbench-k6-")));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
