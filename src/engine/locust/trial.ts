import { join } from "node:path";
import {
  reason,
  type Clock,
  type Observed,
  type Timeline,
  type TimelinePoint,
  type TrialResult,
  type TrialWatch,
  type TrialWork,
} from "../../model/index.ts";
import { readTextFile, removeFolder } from "../../platform/files.ts";
import { startProcess, type ChildExit } from "../../platform/process.ts";
import { followFile } from "../../platform/tail.ts";
import { createComplaints, type Complaints } from "../complaints.ts";
import { noted, watchToEnd } from "../k6/trial.ts";
import { observeEngine, type Observer } from "../observer.ts";
import { readFacts, type LocustSays } from "./facts.ts";
import { createLocustLog } from "./log.ts";
import { outcomeOf, type LocustEnding } from "./outcome.ts";
import { createPusher, NO_PUSHER, type Pusher } from "./remote-write/push.ts";
import { pointOf, progressAt, readBegin, readPeriod, timelineOf } from "./timeline.ts";

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const MAX_FACTS_BYTES = 16 * 1024 * 1024;
const FOLLOW_MS = 500;

export interface LocustFiles {
  readonly plan: string;
  readonly facts: string;
  readonly timeline: string;
  readonly log: string;
}

export interface PreparedLocust {
  readonly python: string;
  /** The Python side: absolute. */
  readonly program: string;
  readonly files: LocustFiles;
  readonly env: Readonly<Record<string, string>>;
  readonly judgedSeconds?: number;
  readonly maxSeconds: number;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly outOfMemoryKills: () => Promise<number | undefined>;
}

/** Where a trial's files lie in its run's folder. */
export function locustFiles(folder: string, index: number): LocustFiles {
  const name = (suffix: string): string => join(folder, index === 0 ? suffix : `trial-${String(index)}.${suffix}`);
  return {
    plan: name("locust-plan.json"),
    facts: name("locust-facts.json"),
    timeline: name("locust-timeline.ndjson"),
    log: name("locust.log"),
  };
}

/** Starts Locust, watches it to its end, and reads what it left behind. */
export async function runLocust(work: TrialWork, prepared: PreparedLocust, watch: TrialWatch): Promise<TrialResult> {
  const { clock, files } = prepared;
  const pusher = work.prometheusUrl === undefined ? NO_PUSHER : createPusher(work, work.prometheusUrl, clock);
  const followed = follow(work, files.timeline, { watch, pusher });
  try {
    const startedAt = clock.now();
    const ran = await runProcess(work, prepared, watch);
    if ("problem" in ran) {
      const why = reason("engine_failed_to_start", `Locust could not be started (${ran.problem}): ${prepared.python}`);
      return { outcome: { kind: "broken", reason: why }, startedAt, endedAt: clock.now(), failedPushes: 0 };
    }
    const { loop, ...told } = await conclude(ran.ending, prepared, createComplaints(work.scenario));
    const timeline = await followed.end(told.facts?.window);
    const observed = { ...(await ran.observer.end(told.facts?.window)), ...(loop && { loop }) };
    const failedPushes = await pusher.end();
    return { ...told, observed, ...(timeline && { timeline }), startedAt, endedAt: clock.now(), failedPushes };
  } finally {
    await followed.end();
  }
}

async function runProcess(
  work: TrialWork,
  prepared: PreparedLocust,
  watch: TrialWatch,
): Promise<{ readonly ending: LocustEnding; readonly observer: Observer } | { readonly problem: string }> {
  const log = createLocustLog();
  const kills = await prepared.outOfMemoryKills();
  const started = await startProcess({
    command: prepared.python,
    args: [prepared.program, "run", prepared.files.plan],
    cwd: work.folder,
    env: prepared.env,
    kill: watch.kill,
    log: { path: prepared.files.log, maxBytes: MAX_LOG_BYTES },
    onStderrLine: (line) => log.read(line),
  });
  if ("problem" in started) return started;
  // Python runs one thread at a time.
  const observer = await observeEngine(started.child.pid, { clock: prepared.clock, mostCores: 1 });
  const cause = await noted(work, started.child, () => watchToEnd(started.child, prepared, watch));
  const exit: ChildExit = await started.child.exited;
  const killsAfter = await prepared.outOfMemoryKills();
  const outOfMemory = kills !== undefined && killsAfter !== undefined && killsAfter > kills;
  const lastError = log.lastError();
  observer.stop();
  return { observer, ending: { ...exit, cause, outOfMemory, ...(lastError === undefined ? {} : { lastError }) } };
}

/** An ending is only `completed` with whole facts; of an aborted trial they are kept, never judged. */
async function conclude(
  ending: LocustEnding,
  { files, judgedSeconds }: PreparedLocust,
  complaints: Complaints,
): Promise<Pick<TrialResult, "outcome" | "facts"> & Pick<Observed, "loop">> {
  const file = await readTextFile(files.facts, { maxBytes: MAX_FACTS_BYTES });
  if ("problem" in file) {
    const outcome = outcomeOf(ending);
    const why = `Locust ended (exit code ${String(ending.code)}) without writing its facts: ${ending.lastError ?? file.problem.text}`;
    return { outcome: outcome.kind === "completed" ? { kind: "broken", reason: reason("no_summary", why) } : outcome };
  }
  const read = readFacts(file.text, judgedSeconds, complaints);
  if ("problem" in read) {
    const outcome = outcomeOf({ ...ending, code: ending.cause.kind === "none" ? 0 : ending.code });
    return { outcome: outcome.kind === "completed" ? { kind: "broken", reason: read.problem } : outcome };
  }
  return { outcome: outcomeOf(endingSaid(ending, read.says)), facts: read.says.facts, loop: read.says.loop };
}

function endingSaid(ending: LocustEnding, { ended, scriptError }: LocustSays): LocustEnding {
  const lastError = ending.lastError ?? scriptError;
  return { ...ending, ended, ...(lastError === undefined ? {} : { lastError }) };
}

interface Followed {
  /** Reads what is left, once; a second call changes nothing. */
  readonly end: (window?: { readonly startedAt: number; readonly seconds: number }) => Promise<Timeline | undefined>;
}

/** Reads the lines of the Python side as they come: progress for who watches, series for Prometheus, the timeline. */
function follow(
  work: TrialWork,
  path: string,
  { watch, pusher }: { readonly watch: TrialWatch; readonly pusher: Pusher },
): Followed {
  const { load } = work.scenario;
  const points: TimelinePoint[] = [];
  let beganAt: number | undefined;
  const stop = followFile(path, FOLLOW_MS, (line) => {
    beganAt ??= readBegin(line);
    const period = readPeriod(line);
    if (period === undefined || beganAt === undefined) return;
    points.push(pointOf(period));
    pusher.add(period, beganAt);
    watch.onProgress(progressAt(period, load));
  });
  let ended: Promise<void> | undefined;
  return {
    end: async (window) => {
      ended ??= stop().then(async () => {
        await removeFolder(path);
      });
      await ended;
      return timelineOf(points, load, window);
    },
  };
}
