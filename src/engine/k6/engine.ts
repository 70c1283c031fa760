import {
  isOpen,
  judgedSecondsOf,
  reason,
  type Clock,
  type Engine,
  type Inspection,
  type Reason,
  type TrialOutcome,
  type TrialResult,
  type TrialWatch,
  type TrialWork,
} from "../../model/index.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { availableMemoryBytes, outOfMemoryKills } from "../../platform/memory.ts";
import { secretsFile, withoutSecretsAfter } from "../secrets-file.ts";
import { createK6Finder, type K6Binary, type K6Search } from "./binary.ts";
import { k6Environment, type K6Surroundings } from "./environment.ts";
import { endLeftOver } from "./left-over.ts";
import { arrivalsOf, DRAIN_SECONDS } from "./open-load.ts";
import { abortedOutcome } from "./outcome.ts";
import { inspectScript, writeSecrets } from "./prepare.ts";
import type { ScriptOptions } from "./script-options.ts";
import { abortedBy, runTrial, trialFiles, type PreparedTrial } from "./trial.ts";
import { FILLING_SECONDS, fillsCache, tidyWorkload, writeWorkload } from "./workload-files.ts";
import { GRACEFUL_STOP_SECONDS, wrapperText } from "./wrapper.ts";

/** Beyond what k6 says a script can last: setup, teardown and the summary need time too. */
const MARGIN_SECONDS = 60;
/** After TERM, how long k6 may take to end its iterations, run teardown and write the summary. */
const GRACE_MS = 20_000;

export interface K6Deps {
  readonly search: K6Search;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** The compiled (or, under test, source) runtime that wrappers import: absolute. */
  readonly runtimeFile: string;
  readonly clock: Clock;
  /** How long after TERM the group is killed, in milliseconds; given by tests only. */
  readonly graceMs?: number;
  /** How often the system's out-of-memory killer has struck; given by tests only. */
  readonly outOfMemoryKills?: () => Promise<number | undefined>;
}

/** Stock k6 as a local process. */
export function createK6Engine(deps: K6Deps): Engine {
  const binary = createK6Finder(deps.search, deps.clock);
  return {
    name: "k6",
    version: async () => {
      const result = await binary();
      return "binary" in result ? { version: result.binary.version } : result;
    },
    inspect: async (work, kill) =>
      await withoutSecretsAfter(work, async () => {
        const asked = await askScript(work, deps, { found: await binary(), ...(kill && { kill }) });
        return "problem" in asked ? asked : { inspection: inspectionOf(work, asked.script) };
      }),
    run: async (work, watch) => await withoutSecretsAfter(work, () => run(work, deps, { binary, watch }), watch.kill),
    endLeftOver: (id, folder) => endLeftOver(id, folder, deps),
  };
}

/** Asks the script what it is, and makes the load. */
async function run(
  work: TrialWork,
  deps: K6Deps,
  { binary, watch }: { readonly binary: ReturnType<typeof createK6Finder>; readonly watch: TrialWatch },
): Promise<TrialResult> {
  const at = deps.clock.now();
  const asked = await askScript(work, deps, { found: await binary(), kill: watch.kill });
  const notStarted = (outcome: TrialOutcome): TrialResult => ({
    ...{ outcome, startedAt: at, endedAt: deps.clock.now(), failedPushes: 0 },
  });
  if (watch.stop.aborted || watch.kill.aborted) return notStarted(abortedOutcome(abortedBy(watch)));
  if ("problem" in asked) return notStarted({ kind: "broken", reason: asked.problem });
  const prepared = await prepare(work, asked, deps);
  if ("problem" in prepared) return notStarted({ kind: "broken", reason: prepared.problem });
  const result = await runTrial(work, prepared, watch);
  await tidyWorkload(work, asked.workloadBytes);
  return result;
}

interface Asked {
  readonly script: ScriptOptions;
  readonly binary: K6Binary;
  readonly files: PreparedTrial["files"];
  /** Length of the prompt list that was written. */
  readonly workloadBytes: number;
}

async function askScript(
  work: TrialWork,
  deps: K6Deps,
  how: { found: { binary: K6Binary } | { problem: Reason }; kill?: AbortSignal },
): Promise<Asked | { problem: Reason }> {
  const { found, kill } = how;
  if ("problem" in found) return found;
  const plain = trialFiles(work.folder, work.index);
  const hasSecrets = Object.keys(work.scenario.secrets).length > 0;
  const files = hasSecrets ? { ...plain, secrets: secretsFile(work) } : plain;
  const config = await writeFileAtomic(files.config, "{}\n");
  if (config.problem !== undefined) return { problem: reason("storage", config.problem.text) };
  const workload = await writeWorkload(work);
  if ("problem" in workload) return workload;
  const secrets = files.secrets === undefined ? {} : await writeSecrets(work, files.secrets);
  if (secrets.problem !== undefined) return { problem: secrets.problem };
  const env = k6Environment(work, surroundingsOf(deps));
  const asked = await inspectScript(work, { binary: found.binary.path, env, files, ...(kill && { kill }) });
  return "problem" in asked
    ? asked
    : { script: asked.script, binary: found.binary, files, workloadBytes: workload.bytes };
}

async function prepare(work: TrialWork, asked: Asked, deps: K6Deps): Promise<PreparedTrial | { problem: Reason }> {
  const arrivals = arrivalsOf(work.scenario.load, asked.files.arrivals);
  if (arrivals?.blocksFile !== undefined) {
    const table = await writeFileAtomic(arrivals.blocksFile, JSON.stringify(arrivals.plan.blocks));
    if (table.problem !== undefined) return { problem: reason("storage", table.problem.text) };
  }
  const text = wrapperText({
    scenario: work.scenario,
    script: asked.script,
    summaryFile: asked.files.summary,
    runtimeFile: deps.runtimeFile,
    arrivals,
    ...(fillsCache(work) && { setupSeconds: FILLING_SECONDS }),
  });
  const written = await writeFileAtomic(asked.files.wrapper, text);
  if (written.problem !== undefined) return { problem: reason("storage", written.problem.text) };
  const judgedSeconds = judgedSecondsOf(work.scenario.load) ?? asked.script.loadSeconds;
  return {
    binary: asked.binary.path,
    ...(judgedSeconds === undefined ? {} : { judgedSeconds }),
    files: asked.files,
    ...(arrivals && { arrivals: arrivals.plan }),
    env: k6Environment(work, surroundingsOf(deps)),
    maxSeconds: work.scenario.maxSeconds ?? longestSeconds(work, asked.script),
    clock: deps.clock,
    graceMs: deps.graceMs ?? GRACE_MS,
    outOfMemoryKills: deps.outOfMemoryKills ?? outOfMemoryKills,
  };
}

function surroundingsOf(deps: K6Deps): K6Surroundings {
  return { inherited: deps.inherited, availableBytes: availableMemoryBytes() };
}

function longestSeconds(work: TrialWork, script: ScriptOptions): number {
  const filling = fillsCache(work) ? FILLING_SECONDS : 0;
  return (inspectionOf(work, script).maxSeconds ?? 3600) + filling + MARGIN_SECONDS;
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
  const seconds = load.warmup.seconds + (judgedSecondsOf(load) ?? 0);
  return {
    maxUsers: load.users,
    thresholds,
    maxSeconds: seconds + GRACEFUL_STOP_SECONDS + (isOpen(load) ? DRAIN_SECONDS : 0),
  };
}
