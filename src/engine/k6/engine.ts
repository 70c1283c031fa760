import { join } from "node:path";
import {
  reason,
  type Clock,
  type Engine,
  type Inspection,
  type Reason,
  type TrialResult,
  type TrialWork,
} from "../../model/index.ts";
import { removeFolder, writeFileAtomic } from "../../platform/files.ts";
import { findK6, type K6Binary, type K6Search } from "./binary.ts";
import { k6Environment } from "./environment.ts";
import { inspectScript, writeSecrets } from "./prepare.ts";
import type { ScriptOptions } from "./script-options.ts";
import { runTrial, trialFiles, type PreparedTrial } from "./trial.ts";
import { wrapperText } from "./wrapper.ts";

/** Beyond what k6 says a script can last: setup, teardown and the summary need time too. */
const MARGIN_SECONDS = 60;

export interface K6Deps {
  readonly search: K6Search;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** The compiled (or, under test, source) runtime that wrappers import: absolute. */
  readonly runtimeFile: string;
  readonly clock: Clock;
  readonly graceMs?: number;
}

/** Stock k6 as a local process. */
export function createK6Engine(deps: K6Deps): Engine {
  let found: Promise<{ binary: K6Binary } | { problem: Reason }> | undefined;
  const binary = (): typeof found & object => (found ??= findK6(deps.search));
  return {
    name: "k6",
    version: async () => {
      const result = await binary();
      return "binary" in result ? { version: result.binary.version } : result;
    },
    inspect: async (work) => {
      const asked = await askScript(work, deps, await binary());
      return "problem" in asked ? asked : { inspection: inspectionOf(work, asked.script) };
    },
    run: async (work, watch) => {
      const at = deps.clock.now();
      const asked = await askScript(work, deps, await binary());
      if ("problem" in asked) return broken(asked.problem, at, deps);
      const prepared = await prepare(work, asked, deps);
      if ("problem" in prepared) return broken(prepared.problem, at, deps);
      try {
        return await runTrial(work, prepared, watch);
      } finally {
        if (prepared.files.secrets !== undefined) await removeFolder(prepared.files.secrets);
      }
    },
  };
}

interface Asked {
  readonly script: ScriptOptions;
  readonly binary: K6Binary;
  readonly files: PreparedTrial["files"];
}

async function askScript(
  work: TrialWork,
  deps: K6Deps,
  found: { binary: K6Binary } | { problem: Reason },
): Promise<Asked | { problem: Reason }> {
  if ("problem" in found) return found;
  const plain = trialFiles(work.folder, work.index);
  const hasSecrets = Object.keys(work.scenario.secrets).length > 0;
  const files = hasSecrets ? { ...plain, secrets: join(work.folder, ".secrets") } : plain;
  const config = await writeFileAtomic(files.config, "{}\n");
  if (config.problem !== undefined) return { problem: reason("storage", config.problem.text) };
  const secrets = files.secrets === undefined ? {} : await writeSecrets(work, files.secrets);
  if (secrets.problem !== undefined) return { problem: secrets.problem };
  const env = k6Environment(work, deps.inherited);
  const asked = await inspectScript(work, { binary: found.binary.path, env, files });
  return "problem" in asked ? asked : { script: asked.script, binary: found.binary, files };
}

async function prepare(work: TrialWork, asked: Asked, deps: K6Deps): Promise<PreparedTrial | { problem: Reason }> {
  const text = wrapperText({
    scenario: work.scenario,
    script: asked.script,
    summaryFile: asked.files.summary,
    runtimeFile: deps.runtimeFile,
  });
  const written = await writeFileAtomic(asked.files.wrapper, text);
  if (written.problem !== undefined) return { problem: reason("storage", written.problem.text) };
  return {
    binary: asked.binary.path,
    files: asked.files,
    env: k6Environment(work, deps.inherited),
    maxSeconds: work.scenario.maxSeconds ?? (inspectionOf(work, asked.script).maxSeconds ?? 3600) + MARGIN_SECONDS,
    clock: deps.clock,
    ...(deps.graceMs === undefined ? {} : { graceMs: deps.graceMs }),
  };
}

function inspectionOf(work: TrialWork, script: ScriptOptions): Inspection {
  const { load } = work.scenario;
  const thresholds = script.thresholds;
  if (load.stages === null) {
    return {
      maxUsers: script.maxUsers,
      thresholds,
      ...(script.maxSeconds === undefined ? {} : { maxSeconds: script.maxSeconds }),
    };
  }
  const seconds = load.stages.reduce((sum, stage) => sum + stage.seconds, load.warmup.seconds);
  return { maxUsers: load.users, thresholds, maxSeconds: seconds + 30 };
}

function broken(why: Reason, startedAt: number, deps: K6Deps): TrialResult {
  return { outcome: { kind: "broken", reason: why }, startedAt, endedAt: deps.clock.now(), failedPushes: 0 };
}
