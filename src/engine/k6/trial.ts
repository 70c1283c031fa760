import { join } from "node:path";
import {
  isOpen,
  reason,
  type AbortedBy,
  type Clock,
  type LoadFacts,
  type OpenLoad,
  type Timeline,
  type TrialOutcome,
  type TrialResult,
  type TrialWatch,
  type TrialWork,
} from "../../model/index.ts";
import { after } from "../../platform/clock.ts";
import { readTextFile, removeFolder } from "../../platform/files.ts";
import { startProcess, type RunningChild } from "../../platform/process.ts";
import { followFile } from "../../platform/tail.ts";
import { createComplaints } from "../complaints.ts";
import { observeEngine } from "../observer.ts";
import { forgetSecrets } from "../secrets-file.ts";
import type { ArrivalPlan } from "../../workload/arrivals.ts";
import { runArguments, type RunFiles } from "./arguments.ts";
import { forgetEngine, noteEngine } from "./left-over.ts";
import { createFloodGate, type FloodGate } from "./flood.ts";
import { createLogReader, type LogReader } from "./log.ts";
import { countsGoodput } from "./open-load.ts";
import { outcomeOf, type Ending } from "./outcome.ts";
import { progressOf } from "./progress.ts";
import { factsFromSummary } from "./summary.ts";
import { assembleTimeline, createTimelineReader, type RecordedPoint } from "./timeline.ts";

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const MAX_SUMMARY_BYTES = 64 * 1024 * 1024;
const FOLLOW_MS = 500;
/** Node runs a timer of more than this at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface PreparedTrial {
  readonly binary: string;
  readonly files: RunFiles & { readonly summary: string; readonly log: string; readonly arrivals: string };
  /** Of an open load. */
  readonly arrivals?: ArrivalPlan;
  readonly env: Readonly<Record<string, string>>;
  /** Planned length of the judged part; absent: until the load ends. */
  readonly judgedSeconds?: number;
  /** k6 is ended as `timeout` after this many seconds. */
  readonly maxSeconds: number;
  readonly clock: Clock;
  /** Given by tests only. */
  readonly monotonicSeconds?: () => number;
  /** How long after TERM the group is killed, in milliseconds. */
  readonly graceMs: number;
  readonly outOfMemoryKills: () => Promise<number | undefined>;
}

/** Starts k6, watches it to its end, and reads what it left behind. */
export async function runTrial(work: TrialWork, prepared: PreparedTrial, watch: TrialWatch): Promise<TrialResult> {
  const recorded = followRecord(work, prepared.files.record, watch);
  try {
    return await runFollowed(work, prepared, { watch, recorded });
  } finally {
    await recorded.end(); // also where something unexpected was thrown: a daemon must lose no file handle by it
  }
}

async function runFollowed(
  work: TrialWork,
  prepared: PreparedTrial,
  { watch, recorded }: { readonly watch: TrialWatch; readonly recorded: RecordFollower },
): Promise<TrialResult> {
  const { clock } = prepared;
  const gate = createFloodGate();
  const complaints = createComplaints(work.scenario);
  const log = createLogReader({ manySeries: gate.open, complained: (why) => complaints.add(why) });
  const startedAt = clock.now();
  const kills = await prepared.outOfMemoryKills();
  const started = await startK6(work, prepared, { log, kill: watch.kill });
  if ("problem" in started) {
    const why = reason("engine_failed_to_start", `k6 could not be started (${started.problem}): ${prepared.binary}`);
    return { outcome: { kind: "broken", reason: why }, startedAt, endedAt: clock.now(), failedPushes: 0 };
  }
  const { child } = started;
  gate.guard(child, prepared.graceMs);
  const observer = await observeEngine(child.pid, prepared);
  try {
    const cause = await noted(work, child, () => watchToEnd(child, prepared, watch));
    const ending = await endingOf(child, prepared, { log, kills, cause: flooded(cause, gate) });
    const shortage = log.shortage();
    const heard = { exceptions: log.exceptions(), ...complaints.told(), ...(shortage && { shortage }) };
    const concluded = await conclude(work, prepared, { ...ending, ...heard });
    const timeline = await recorded.end(concluded.facts?.window);
    return {
      ...concluded,
      ...(timeline === undefined ? {} : { timeline }),
      observed: await observer.end(concluded.facts?.window),
      startedAt,
      endedAt: clock.now(),
      failedPushes: log.failedPushes(),
    };
  } finally {
    observer.stop();
  }
}

async function startK6(
  work: TrialWork,
  { binary, files, env }: PreparedTrial,
  { log, kill }: { readonly log: LogReader; readonly kill: AbortSignal },
): ReturnType<typeof startProcess> {
  return await startProcess({
    command: binary,
    args: runArguments(work, files),
    cwd: work.folder,
    env,
    kill,
    log: { path: files.log, maxBytes: MAX_LOG_BYTES },
    onStderrLine: (line) => log.read(line),
  });
}

function flooded(cause: Ending["cause"], gate: FloodGate): Ending["cause"] {
  return cause.kind === "none" && gate.isOpen() ? { kind: "too_many_series" } : cause;
}

interface Seen {
  readonly log: LogReader;
  /** Of the system's out-of-memory killer before the start. */
  readonly kills: number | undefined;
  readonly cause: Ending["cause"];
}

async function endingOf(child: RunningChild, prepared: PreparedTrial, { log, kills, cause }: Seen): Promise<Ending> {
  const exit = await child.exited;
  const killsAfter = await prepared.outOfMemoryKills();
  const outOfMemory = kills !== undefined && killsAfter !== undefined && killsAfter > kills;
  const lastError = log.lastError();
  const told = { seriesWarned: log.seriesWarned(), ...(lastError === undefined ? {} : { lastError }) };
  return { ...exit, cause, outOfMemory, ...told };
}

/** While an engine works, a note in the run's folder says so, for whoever finds it without us. */
export async function noted<T>(work: TrialWork, child: RunningChild, whileRunning: () => Promise<T>): Promise<T> {
  const writing = child.identity.then((identity) => identity && noteEngine(work.folder, work.runId, identity));
  const result = await whileRunning();
  child.kill(); // whatever it left running in its group
  await writing;
  await forgetEngine(work.folder);
  return result;
}

/** Who stopped the trial; a kill without a word before is a person's. */
export function abortedBy(watch: TrialWatch): AbortedBy {
  const by: unknown = watch.stop.reason;
  return by === "shutdown" || by === "spend_cap" || by === "schedule" ? by : "person";
}

/** What a watcher did to an engine, if anything. */
export type WatchedEnd = Exclude<Ending["cause"], { readonly kind: "too_many_series" }>;

/** Ends an engine when somebody asks for it or its time is over: TERM once, then KILL to the group. */
export async function watchToEnd(
  child: RunningChild,
  prepared: Pick<PreparedTrial, "maxSeconds" | "graceMs">,
  watch: TrialWatch,
): Promise<WatchedEnd> {
  let cause: WatchedEnd = { kind: "none" };
  let cancelGrace = (): void => undefined;
  const end = (why: WatchedEnd): void => {
    if (cause.kind !== "none") return;
    cause = why;
    child.terminate();
    cancelGrace = after(prepared.graceMs, () => child.kill());
  };
  const onStop = (): void => end({ kind: "stopped", by: abortedBy(watch) });
  const onKill = (): void => {
    onStop();
    child.kill();
  };
  const cancelTimeout = after(Math.min(prepared.maxSeconds * 1000, MAX_TIMER_MS), () =>
    end({ kind: "timeout", afterSeconds: prepared.maxSeconds }),
  );
  watch.stop.addEventListener("abort", onStop, { once: true });
  watch.kill.addEventListener("abort", onKill, { once: true });
  if (watch.stop.aborted) onStop();
  if (watch.kill.aborted) onKill();
  await child.exited;
  cancelTimeout();
  cancelGrace();
  watch.stop.removeEventListener("abort", onStop);
  watch.kill.removeEventListener("abort", onKill);
  return cause;
}

interface Concluded {
  readonly outcome: TrialOutcome;
  readonly facts?: LoadFacts;
}

/** An ending is only `completed` with a whole summary; of an aborted trial the summary is kept, never judged. */
async function conclude(
  work: TrialWork,
  { files, judgedSeconds, arrivals }: Pick<PreparedTrial, "files" | "judgedSeconds" | "arrivals">,
  ending: Ending & { readonly exceptions: number } & Pick<LoadFacts, "complaints" | "shortage">,
): Promise<Concluded> {
  const outcome = outcomeOf(ending);
  const { load, objectives } = work.scenario;
  const planned = {
    warmupSeconds: load.warmup.seconds,
    goodput: countsGoodput(objectives, load),
    ...(arrivals && isOpen(load) && { open: plannedOf(arrivals, load) }),
    ...(judgedSeconds === undefined ? {} : { judgedSeconds }),
    ...(work.scenario.traffic && { traffic: work.scenario.traffic }),
  };
  const file = await readTextFile(files.summary, { maxBytes: MAX_SUMMARY_BYTES });
  const read =
    "text" in file
      ? factsFromSummary(file.text, { ...planned, loggedExceptions: ending.exceptions })
      : {
          problem: reason(
            "no_summary",
            `k6 ended (exit code ${String(ending.code)}) without writing its summary: ${ending.lastError ?? file.problem.text}`,
          ),
        };
  const { complaints, shortage } = ending;
  const said = { ...(complaints && { complaints }), ...(shortage && { shortage }) };
  if ("facts" in read) return { outcome, facts: { ...read.facts, ...said } };
  return { outcome: outcome.kind === "completed" ? { kind: "broken", reason: read.problem } : outcome };
}

function plannedOf({ total, judgedFrom }: ArrivalPlan, { users, rate }: OpenLoad) {
  return { planned: total - judgedFrom, users, rate };
}

interface RecordFollower {
  /** Reads what is left, once; a second call changes nothing. */
  readonly end: (window?: LoadFacts["window"]) => Promise<Timeline | undefined>;
}

/** Reads k6's record as it grows: progress for who watches, and at the end the timeline. */
function followRecord(work: TrialWork, record: string, watch: TrialWatch): RecordFollower {
  const reader = createTimelineReader(work.scenario);
  const points: RecordedPoint[] = [];
  let begun = false;
  const stop = followFile(record, FOLLOW_MS, (line) => {
    // k6 reads its secrets before anything else: as soon as it says a word here, nobody needs the file any more.
    if (!begun) forgetSecrets(work);
    begun = true;
    const point = reader.read(line);
    if (point === undefined) return;
    points.push(point);
    const [startedAt, loadAt] = [reader.startedAt(), reader.loadAt()];
    const before = startedAt === undefined || loadAt === undefined ? undefined : (loadAt - startedAt) / 1000;
    watch.onProgress(progressOf(point, work.scenario.load, before));
  });
  const ended = once(async () => {
    await stop();
    await removeFolder(record); // its content lives on as timeline.json, a tenth of the size
  });
  return {
    end: async (window) => {
      await ended();
      return assembleTimeline(
        { points, startedAt: reader.startedAt(), loadAt: reader.loadAt() },
        work.scenario.load,
        window,
      );
    },
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

/** Where a trial's files lie in its run's folder. */
export function trialFiles(folder: string, index: number): PreparedTrial["files"] {
  const name = (suffix: string): string => join(folder, index === 0 ? suffix : `trial-${String(index)}.${suffix}`);
  return {
    wrapper: name("wrapper.js"),
    record: name("dashboard.ndjson"),
    config: name("k6-config.json"),
    summary: name("summary.json"),
    log: name("k6.log"),
    arrivals: name("arrivals.json"),
  };
}
