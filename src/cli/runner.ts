import { join } from "node:path";
import { createSeriesReader } from "../collect/prometheus.ts";
import { fingerprint } from "../environment/fingerprint.ts";
import type { Config, Reason, RunRecord } from "../model/index.ts";
import { singlePlan } from "../plan/index.ts";
import { machineFacts } from "../platform/machine.ts";
import { writeOverview, writePages } from "../daemon/pages.ts";
import { applyRetention, createRecords, type RecordStore } from "../record/index.ts";
import { renderRun } from "../report/index.ts";
import { executeRun, type RunDeps, type RunRequest } from "../run/index.ts";
import { runningStack } from "../stack/index.ts";
import { VERSION } from "../version.ts";
import type { Context } from "./context.ts";
import { createProgressView, type ProgressView } from "./progress.ts";
import { createStopSwitch } from "./stop-switch.ts";

export interface Runner {
  run(request: RunRequest): Promise<RunRecord>;
  /** Somebody has asked to stop: no further run begins. */
  stopped(): boolean;
  close(): Promise<void>;
}

/** Runs scenarios in this process: live progress, the table, the pages. With `quiet` nothing but notes of problems. */
export async function createRunner(context: Context, config: Config, quiet: boolean): Promise<Runner> {
  const problem = (why: Reason): void => context.console.note(`chatbench: ${why.text}`);
  const records = createRecords(config.results.folder, { onProblem: problem });
  const prometheus = await findPrometheus(context, config);
  const stop = createStopSwitch(context);
  return {
    stopped: () => stop.stop.aborted,
    async run(request) {
      const view = quiet ? NO_VIEW : createProgressView(context.console, request.scenario.name);
      const deps = depsFor(context, request, { records, view });
      const executed = await executeRun(request, { ...deps, ...stop, ...(prometheus && { prometheus }) });
      view.end();
      const { problem: noPage } = await writePages(executed, config.results.folder, records);
      if (!quiet) tell(context, executed.record);
      if (noPage !== undefined) problem(noPage);
      else if (!quiet)
        context.console.note(`Report: ${join(config.results.folder, executed.record.id, "report.html")}`);
      return executed.record;
    },
    async close() {
      stop.close();
      const { keepRuns, keepDays, folder } = config.results;
      const result = await applyRetention(folder, { keepRuns, keepDays, now: context.clock.now() });
      result.problems.forEach((text) => context.console.note(`chatbench: ${text}`));
      if (result.removed.length > 0) await writeOverview(folder, records); // it must not link to what is gone
    },
  };
}

const NO_VIEW: ProgressView = { show: () => undefined, end: () => undefined };

/** The configured Prometheus, else the local stack's, else none. */
async function findPrometheus(context: Context, config: Config): Promise<RunDeps["prometheus"]> {
  const url = config.prometheus?.url ?? (await runningStack(config.results.folder))?.prometheus.url;
  return url === undefined ? undefined : { url, reader: createSeriesReader({ url, clock: context.clock }) };
}

type OwnDeps = Omit<RunDeps, "stop" | "kill" | "prometheus">;

function depsFor(context: Context, request: RunRequest, own: { records: RecordStore; view: ProgressView }): OwnDeps {
  const { scenario } = request;
  return {
    engine: context.engine,
    records: own.records,
    clock: context.clock,
    plan: singlePlan(scenario),
    environment: (engine) =>
      fingerprint({ machine: machineFacts(), engine, chatbench: VERSION, targetUrl: scenario.target.baseUrl }),
    onProgress: (progress) => own.view.show(progress),
    onRecorded: () => own.view.end(),
  };
}

function tell(context: Context, record: RunRecord): void {
  const { console } = context;
  console.result(renderRun(record, { colour: console.colour.result, width: console.width }));
}
