import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  Progress,
  Engine,
  Load,
  Objective,
  OpenWatch,
  RunId,
  RunRecord,
  Scenario,
  Target,
  Timeline,
} from "../../src/model/index.ts";
import { promptFileReader } from "../../src/config/index.ts";
import { readTextFile } from "../../src/platform/files.ts";
import { planFor } from "../../src/plan/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { ownProcess } from "../../src/platform/own-process.ts";
import { createRecords } from "../../src/record/index.ts";
import { executeRun, type ExecutedRun } from "../../src/run/index.ts";
import { inFolder, k6Engine, realK6 } from "./k6.ts";
import { readSamples, type Sample } from "./samples.ts";

const ID = "20261123T020000Z-chat-api-4k7q" as RunId;

export interface RunInput {
  /** Source text of a plain k6 script, or the absolute path of one. */
  readonly script: string;
  readonly baseUrl?: string;
  readonly load: Load;
  readonly traffic?: Scenario["traffic"];
  readonly objectives?: readonly Objective[];
  readonly env?: Readonly<Record<string, string>>;
  readonly params?: Scenario["params"];
  readonly maxSeconds?: number;
  /** What else the scenario says. */
  readonly scenario?: Pick<Scenario, "prompts" | "cache" | "traffic">;
  /** The engine to use: given the temporary folder, for what it wants to put there. */
  readonly engine?: (folder: string) => Engine | Promise<Engine>;
  /** What of the target's system can be watched, and by whom. */
  readonly sources?: Partial<Target>;
  readonly watch?: OpenWatch;
  /** The results folder; else one in the temporary folder. */
  readonly results?: string;
  /** Called once per second of load; the signals end it. */
  readonly onProgress?: (stop: AbortController, kill: AbortController, progress: Progress) => void;
}

export interface Ran extends ExecutedRun {
  /** record.json as it lies on the disk, if it does. */
  readonly stored: RunRecord | undefined;
  readonly storedTimeline: Timeline | undefined;
  /** The run's own folder. */
  readonly folder: string;
}

/** The whole story of one run, from a scenario to record.json, with the real engine unless another is given. */
export async function benchmark<T>(input: RunInput, read: (ran: Ran) => Promise<T> | T): Promise<T> {
  return await inFolder(async (folder) => {
    const results = input.results ?? join(folder, "results");
    const scenario = await scenarioOf(input, folder);
    const engine = (await input.engine?.(folder)) ?? k6Engine();
    const [stop, kill] = [new AbortController(), new AbortController()];
    const executed = await executeRun(
      { id: ID, scenario, trigger: "manual" },
      {
        engine,
        records: createRecords(results),
        clock: systemClock,
        plan: planFor(scenario),
        owner: await ownProcess(),
        survey: ({ engine: name }) => Promise.resolve({ environment: { engine: name }, findings: [] }),
        readPrompts: promptFileReader({ readTextFile }),
        ...(input.watch && { watch: input.watch }),
        onState: () => undefined,
        stop: stop.signal,
        kill: kill.signal,
        onProgress: (progress) => input.onProgress?.(stop, kill, progress),
        onRecorded: () => undefined,
      },
    );
    const run = join(results, ID);
    const stored = await readJson<RunRecord>(join(run, "record.json"));
    const storedTimeline = await readJson<Timeline>(join(run, "timeline.json"));
    return read({ ...executed, stored, storedTimeline, folder: run });
  });
}

async function scenarioOf(input: RunInput, folder: string): Promise<Scenario> {
  const isPath = input.script.startsWith("/");
  const script = isPath ? input.script : join(folder, "load_tests/script.js");
  if (!isPath) {
    await mkdir(join(folder, "load_tests"));
    await writeFile(script, input.script);
  }
  return {
    name: "chat-api",
    script,
    target: { name: "chatbot", baseUrl: input.baseUrl ?? "http://127.0.0.1:9", ...input.sources },
    load: input.load,
    ...(input.traffic && { traffic: input.traffic }),
    objectives: input.objectives ?? [],
    params: input.params ?? {},
    env: input.env ?? {},
    secrets: {},
    ...input.scenario,
    ...(input.maxSeconds === undefined ? {} : { maxSeconds: input.maxSeconds }),
  };
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** As `benchmark`, with every raw sample of the same k6 process: a small program in front of it adds `--out json`. */
export async function benchmarkWithSamples<T>(
  input: Omit<RunInput, "engine">,
  read: (ran: Ran, samples: readonly Sample[]) => Promise<T> | T,
): Promise<T> {
  return await inFolder(async (folder) => {
    const file = join(folder, "samples.json");
    const front = join(folder, "k6");
    const k6 = await realK6();
    const text = `#!/bin/sh\n[ "$1" = run ] || exec '${k6}' "$@"\nshift\nexec '${k6}' run '--out=json=${file}' "$@"\n`;
    await writeFile(front, text);
    await chmod(front, 0o755);
    const engine = (): Engine => k6Engine({ search: { searchPath: "", folders: [], named: front } });
    return await benchmark({ ...input, engine }, async (ran) => read(ran, await readSamples(file)));
  });
}

/** `latency_p95 < 0.2` style text as an objective, in SI units. */
export function objective(text: string): Objective {
  const [measurement = "", comparator = "", limit = ""] = text.split(" ");
  if (comparator !== "<" && comparator !== "<=" && comparator !== ">" && comparator !== ">=")
    throw new Error(`no comparator in ${text}`);
  return { measurement, comparator, limit: Number(limit), condition: `${comparator} ${limit}` };
}
