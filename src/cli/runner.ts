import { join } from "node:path";
import { promptFileReader } from "../config/index.ts";
import { readTextFile } from "../platform/files.ts";
import { createSeriesReader } from "../collect/prometheus.ts";
import { watchTarget } from "../collect/watch.ts";
import { createSurvey } from "../environment/index.ts";
import {
  runIdOf,
  type Config,
  type Owner,
  type Reason,
  type RunId,
  type RunRecord,
  type Scenario,
  type Turn,
  type Turns,
  type Uptime,
} from "../model/index.ts";
import { planFor } from "../plan/index.ts";
import { idSuffix } from "../platform/ids.ts";
import { writeOverview, writePages } from "../daemon/pages.ts";
import { ownProcess } from "../platform/own-process.ts";
import { applyRetention, createRecords, createTurns, type RecordStore } from "../record/index.ts";
import { renderRun } from "../report/index.ts";
import { executeRun, type RunDeps, type RunRequest } from "../run/index.ts";
import { VERSION } from "../version.ts";
import type { RunWish } from "./client.ts";
import type { Context } from "./context.ts";
import { recoverDead } from "./recover.ts";
import { createProgressView, type ProgressView } from "./progress.ts";
import { createStopSwitch, type StopSwitch } from "./stop-switch.ts";
import { prometheusUrlOf, standingUptime } from "./uptime.ts";

/** Runs what the command line asks for: here, or through the daemon that keeps these results. */
export interface Runner {
  /** `scenario` has the command line's changes on it already, `wish` holds them for a daemon. Undefined: refused. */
  run(scenario: Scenario, wish: RunWish): Promise<RunRecord | undefined>;
  /** Somebody has asked to stop: no further run begins. */
  stopped(): boolean;
  close(): Promise<void>;
}

/** Runs scenarios in this process: live progress, the table, the pages. With `quiet` nothing but notes of problems. */
export async function createRunner(context: Context, config: Config, quiet: boolean): Promise<Runner> {
  const problem = (why: Reason): void => tellProblem(context, why);
  const records = createRecords(config.results.folder, { onProblem: problem });
  const prometheus = await findPrometheus(context, config);
  const stop = createStopSwitch(context, "Its load is ended; the next run keeps it as lost.");
  const owner = await ownProcess();
  const turns = createTurns(config.results.folder, context.clock);
  await recoverDead(context, { folder: config.results.folder, records, owner });
  return {
    stopped: () => stop.stop.aborted,
    run: (scenario, { revision }) =>
      runHere(
        { context, config, quiet, records, stop, owner, turns, ...(prometheus && { prometheus }) },
        scenario,
        revision,
      ),
    async close() {
      stop.close();
      const { keepRuns, keepDays, folder } = config.results;
      const result = await applyRetention(folder, { keepRuns, keepDays, now: context.clock.now() });
      result.problems.forEach((text) => context.console.note(`chatbench: ${text}`));
      // The page must not link to what is gone.
      if (result.removed.length === 0) return;
      const overview = await writeOverview(folder, records, { uptime: await standingUptime(config) });
      if (overview.problem !== undefined) problem(overview.problem);
    },
  };
}

interface Here {
  readonly context: Context;
  readonly config: Config;
  readonly quiet: boolean;
  readonly records: RecordStore;
  readonly stop: StopSwitch;
  readonly owner: Owner;
  readonly turns: Turns;
  readonly prometheus?: NonNullable<RunDeps["prometheus"]>;
}

async function runHere(here: Here, scenario: Scenario, revision?: string): Promise<RunRecord | undefined> {
  const { context, config, quiet, records, stop, owner, turns, prometheus } = here;
  const { folder } = config.results;
  const at = context.clock.now();
  const id = runIdOf(at, scenario.name, idSuffix(at));
  const turn = await turns.take(
    { id, target: scenario.target.name, owner },
    { stop: stop.stop, onWaiting: (before) => context.console.note(waitingText(scenario, before)) },
  );
  if (turn === undefined) return undefined;
  const request: RunRequest = { id, scenario, trigger: "manual", ...(revision === undefined ? {} : { revision }) };
  const view = quiet ? NO_VIEW : createProgressView(context.console, scenario.name);
  const deps = depsFor(context, request, { records, view, turn });
  const executed = await executeRun(request, { ...deps, ...stop, owner, ...(prometheus && { prometheus }) });
  view.end();
  if (executed.problem !== undefined) tellProblem(context, executed.problem);
  const uptime = await standingUptime(config);
  const { problem, overview } = await writePages(executed, { folder, records, uptime });
  if (!quiet) tellRun(context, executed.record, uptime(executed.record.target));
  if (problem !== undefined) tellProblem(context, problem);
  else if (!quiet) context.console.note(`Report: ${join(folder, executed.record.id, "report.html")}`);
  if (overview !== undefined) tellProblem(context, overview);
  return executed.record;
}

function tellProblem({ console }: Context, { text }: Reason): void {
  console.note(`chatbench: ${text}`);
}

function waitingText({ name, target }: Scenario, { id, pid }: { readonly id: RunId; readonly pid: number }): string {
  return `${name}: waits until ${id} (pid ${String(pid)}) has ended: two at once on ${target.name} would measure each other. Ctrl-C leaves.`;
}

export const NO_VIEW: ProgressView = { show: () => undefined, end: () => undefined };

/** The configured Prometheus, else the local stack's, else none. */
async function findPrometheus(context: Context, config: Config): Promise<RunDeps["prometheus"]> {
  const url = await prometheusUrlOf(config);
  return url === undefined ? undefined : { url, reader: createSeriesReader({ url, clock: context.clock }) };
}

type OwnDeps = Omit<RunDeps, "stop" | "kill" | "prometheus" | "owner">;

function depsFor(
  context: Context,
  request: RunRequest,
  own: { records: RecordStore; view: ProgressView; turn: Turn },
): OwnDeps {
  const { scenario } = request;
  return {
    engine: context.engine,
    records: own.records,
    clock: context.clock,
    plan: planFor(scenario),
    survey: createSurvey(VERSION),
    watch: watchTarget,
    readPrompts: promptFileReader({ readTextFile }),
    onState: () => undefined,
    onProgress: (progress) => own.view.show(progress),
    onRecorded: () => {
      own.view.end();
      own.turn.release();
    },
  };
}

/** The table of a run, as both runners show it. */
export function tellRun(context: Context, record: RunRecord, uptime?: Uptime): void {
  const { console } = context;
  console.result(renderRun(record, { colour: console.colour.result, width: console.width }, uptime));
}
