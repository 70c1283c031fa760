import { dirname } from "node:path";
import {
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
import { readTextFile, removeFolder, writeFileAtomic } from "../../platform/files.ts";
import { outOfMemoryKills } from "../../platform/memory.ts";
import { outputOf } from "../../platform/process-output.ts";
import { endLeftOver } from "../k6/left-over.ts";
import { secretsFile, withoutSecretsAfter } from "../secrets-file.ts";
import { abortedOutcome } from "../k6/outcome.ts";
import { abortedBy } from "../k6/trial.ts";
import { locustEnvironment } from "./environment.ts";
import { readFacts } from "./facts.ts";
import { createLocustLog } from "./log.ts";
import { locustPlan } from "./plan.ts";
import { createPythonFinder, type PythonSearch } from "./python.ts";
import { locustFiles, runLocust, type LocustFiles } from "./trial.ts";

/** Beyond what the pattern lasts: Python's start, the graceful stop and the facts need time too. */
const MARGIN_SECONDS = 60;
const LONGEST_SECONDS = 3600;
const GRACE_MS = 20_000;
const INSPECT_TIMEOUT_MS = 60_000;

export interface LocustDeps {
  readonly search: PythonSearch;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** `runtime/chatbench_locust.py`: absolute. */
  readonly program: string;
  readonly clock: Clock;
  /** How long after TERM the group is killed, in milliseconds; given by tests only. */
  readonly graceMs?: number;
  /** How long users may finish what they began at the end of the load, in seconds; given by tests only. */
  readonly stopSeconds?: number;
  /** How often the system's out-of-memory killer has struck; given by tests only. */
  readonly outOfMemoryKills?: () => Promise<number | undefined>;
}

/** Locust as a local process of a virtual environment of its own. */
export function createLocustEngine(deps: LocustDeps): Engine {
  const python = createPythonFinder(deps.search, deps.clock);
  return {
    name: "Locust",
    version: async () => {
      const found = await python();
      return "python" in found ? { version: found.python.version } : found;
    },
    inspect: async (work, kill) => await withoutSecretsAfter(work, () => inspect(work, deps, { python, kill })),
    run: async (work, watch) => await withoutSecretsAfter(work, () => run(work, deps, { python, watch }), watch.kill),
    endLeftOver: (id, folder) => endLeftOver(id, folder, deps),
  };
}

type Finder = ReturnType<typeof createPythonFinder>;
interface Ready {
  readonly python: string;
  readonly files: LocustFiles;
  readonly env: Readonly<Record<string, string>>;
}

/** Writes what the script wants to know, and makes the load. */
async function run(
  work: TrialWork,
  deps: LocustDeps,
  { python, watch }: { readonly python: Finder; readonly watch: TrialWatch },
): Promise<TrialResult> {
  const at = deps.clock.now();
  const notStarted = (outcome: TrialOutcome): TrialResult => ({
    ...{ outcome, startedAt: at, endedAt: deps.clock.now(), failedPushes: 0 },
  });
  const prepared = await prepare(work, deps, python);
  if (watch.stop.aborted || watch.kill.aborted) return notStarted(abortedOutcome(abortedBy(watch)));
  if ("problem" in prepared) return notStarted({ kind: "broken", reason: prepared.problem });
  const { judgedSeconds, maxSeconds } = lengthOf(work);
  return await runLocust(
    work,
    {
      ...prepared,
      ...(judgedSeconds === undefined ? {} : { judgedSeconds }),
      maxSeconds: work.scenario.maxSeconds ?? (maxSeconds ?? LONGEST_SECONDS) + MARGIN_SECONDS,
      program: deps.program,
      clock: deps.clock,
      graceMs: deps.graceMs ?? GRACE_MS,
      outOfMemoryKills: deps.outOfMemoryKills ?? outOfMemoryKills,
    },
    watch,
  );
}

/** Writes what the Python side reads: the plan and, for it alone, the secrets. */
async function prepare(
  work: TrialWork,
  deps: LocustDeps,
  python: Finder,
): Promise<Ready | { readonly problem: Reason }> {
  const found = await python();
  if ("problem" in found) return found;
  const files = locustFiles(work.folder, work.index);
  await removeFolder(files.facts); // nothing of an earlier look at the script
  const planned = locustPlan(work.scenario, {
    ...files,
    ...(deps.stopSeconds !== undefined && { stopSeconds: deps.stopSeconds }),
  });
  if ("problem" in planned) return planned;
  const script = await readTextFile(work.scenario.script, { maxBytes: 16 * 1024 * 1024 });
  if ("problem" in script)
    return { problem: reason("script_unreadable", `The script cannot be read: ${script.problem.text}`) };
  const secrets = Object.entries(work.scenario.secrets).map(([name, secret]) => [name, secret.reveal()] as const);
  const file = secrets.length === 0 ? undefined : secretsFile(work);
  const written = [
    await writeFileAtomic(files.plan, `${JSON.stringify(planned.plan, null, 2)}\n`),
    file === undefined ? {} : await writeFileAtomic(file, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 }),
  ];
  const failed = written.find(({ problem }) => problem !== undefined)?.problem;
  if (failed !== undefined) return { problem: reason("storage", failed.text) };
  return { python: found.python.path, files, env: locustEnvironment(work, deps.inherited, file) };
}

/** Has Locust read the script, without any load. */
async function inspect(
  work: TrialWork,
  deps: LocustDeps,
  { python, kill }: { readonly python: Finder; readonly kill: AbortSignal | undefined },
): Promise<{ readonly inspection: Inspection } | { readonly problem: Reason }> {
  const ready = await prepare(work, deps, python);
  if ("problem" in ready) return ready;
  const { script } = work.scenario;
  const output = await outputOf(
    {
      command: ready.python,
      args: [deps.program, "inspect", ready.files.plan],
      cwd: dirname(ready.files.plan),
      env: ready.env,
    },
    { timeoutMs: INSPECT_TIMEOUT_MS, ...(kill && { kill }) },
  );
  if ("problem" in output) {
    const why = `Locust could not be started (${output.problem}): ${ready.python}`;
    return { problem: reason("engine_failed_to_start", why) };
  }
  if (output.code === 0) {
    const { maxSeconds, maxUsers } = lengthOf(work);
    return { inspection: { maxUsers, thresholds: [], ...(maxSeconds === undefined ? {} : { maxSeconds }) } };
  }
  const file = await readTextFile(ready.files.facts, { maxBytes: 1024 * 1024 });
  const told = "text" in file ? readFacts(file.text, undefined) : undefined;
  if (told !== undefined && "problem" in told) return { problem: told.problem };
  const log = createLocustLog();
  output.stderr.split("\n").forEach((line) => log.read(line));
  const why = output.timedOut ? "reading it took longer than a minute" : (log.lastError() ?? "it ended Python");
  return { problem: reason("script_broken", `Locust cannot use the script ${script}: ${why}`) };
}

function lengthOf({ scenario: { load } }: TrialWork): {
  readonly judgedSeconds?: number;
  readonly maxSeconds?: number;
  readonly maxUsers: number;
} {
  const judgedSeconds = judgedSecondsOf(load);
  if (judgedSeconds === undefined) return { maxUsers: 0 };
  const users = "users" in load ? load.users : 0;
  return { judgedSeconds, maxSeconds: load.warmup.seconds + judgedSeconds + STOP_SECONDS, maxUsers: users };
}

/** What users may need at the end (plan.ts), and Python to start. */
const STOP_SECONDS = 75;
