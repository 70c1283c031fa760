import { createSeriesReader } from "../collect/prometheus.ts";
import { watchTarget } from "../collect/watch.ts";
import { promptFileReader } from "../config/index.ts";
import { createSurvey } from "../environment/index.ts";
import { createExporter, type Exporter } from "../exporter/index.ts";
import {
  runIdOf,
  type Clock,
  type Config,
  type Engine,
  type Instance,
  type Log,
  type Trigger,
} from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { readTextFile } from "../platform/files.ts";
import { idSuffix } from "../platform/ids.ts";
import { machineFacts } from "../platform/machine.ts";
import { isAlive } from "../platform/process-identity.ts";
import { createRecords, createRunFolders, createTurns } from "../record/index.ts";
import { createRuns, type RunEvents, type Runs, type RunsDeps, type SeriesDeps } from "../run/index.ts";
import type { OpenStore } from "../store/index.ts";
import { VERSION } from "../version.ts";
import type { Configuration } from "./configuration.ts";
import { createEvents } from "./events.ts";
import { exporterFacts } from "./exporter-facts.ts";
import { createGlimpse } from "./glimpse.ts";
import { createHealth, type Health } from "./health.ts";
import { createHistory } from "./history.ts";
import { createPageWriter, type PageWriter } from "./page-writer.ts";
import { createOverview } from "./pages.ts";
import { atWork, type Parts } from "./parts.ts";
import type { StatusParts } from "./status.ts";
import { createResultsTidy } from "./tidy.ts";
import { createTimetable } from "./timetable.ts";
import { createUptime } from "./uptime.ts";

const SOON_MS = 50;

export interface AssembleDeps {
  readonly configuration: Configuration;
  readonly store: OpenStore;
  readonly engine: Engine;
  readonly instance: Instance;
  /** Of our sources, if the build knew it. */
  readonly revision?: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Assembled extends Omit<Parts, "reload" | "runbooks"> {
  readonly health: Health;
  readonly pages: PageWriter;
  /** Asks the database again, soon: several wishes are one question. */
  readonly glance: () => void;
}

/** Puts the parts of the daemon together; nothing runs yet. */
export function assemble(deps: AssembleDeps): Assembled {
  const { configuration, store, engine, clock, log } = deps;
  const config = (): Config => configuration.current();
  const records = createRecords(config().results.folder, { onProblem: ({ text }) => log.error(text) });
  const [history, glimpse] = [createHistory(() => clock.now()), createGlimpse(store, clock)];
  const glance = soon(() => glimpse.refresh(), log);
  const health = createHealth({ configuration, engine, glimpse, log, clock });
  const uptime = createUptime({ config, prometheusUrl: () => health.prometheusUrl() });
  const timetable = createTimetable({ config, glimpse, history, now: () => clock.now() });
  const overview = createOverview(config().results.folder, records, { uptime: uptime.of, now: () => clock.now() });
  const tidy = createResultsTidy({ config, overview, store, history, clock, log });
  const pages = createPageWriter({ records, uptime: uptime.of, log, afterwards: tidy });
  const seen = { configuration, glimpse, health, history, timetable, uptime };
  const exporter: Exporter = createExporter({
    facts: () => exporterFacts({ ...seen, running: () => working(runs) }),
    ...{ version: VERSION, nodeVersion: machineFacts().node, clock },
    ...(deps.revision !== undefined && { revision: deps.revision }),
    onProblem: (part, error) => log.error(`The metrics of ${part} could not be read: ${String(error)}`),
  });
  const events = createEvents({ exporter, history, pages, log, changed: glance });
  const runs: Runs = createRuns({ ...runsDeps(deps, health, events), records });
  const parts = { ...seen, store, engine, runs, exporter, pages, glance };
  return {
    ...parts,
    problems: () => health.obstacles(),
    statusParts: () => statusPartsOf(parts, clock.now()),
    pagesWritten: (id) => pages.written(id),
  };
}

type Known = Pick<Assembled, "configuration" | "runs" | "history" | "glimpse" | "timetable" | "health" | "uptime">;

function statusPartsOf(
  { configuration, runs, history, glimpse, timetable, health, uptime }: Known,
  now: number,
): StatusParts {
  const prometheusUrl = health.prometheusUrl();
  return {
    ...{ now, version: VERSION, config: configuration.current(), glimpse, history, timetable: timetable(), uptime },
    ...{ progress: (id) => runs.progress(id), running: atWork(runs), health: health.parts() },
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
  };
}

function working(runs: Runs): readonly { scenario: string; target: string; trigger: Trigger }[] {
  return runs.running().map(({ run: { scenario, trigger } }) => ({
    ...{ scenario: scenario.name, target: scenario.target.name, trigger },
  }));
}

function runsDeps(deps: AssembleDeps, health: Health, events: RunEvents): Omit<RunsDeps, "records"> {
  const { configuration, store, engine, instance, clock, log } = deps;
  const config = (): Config => configuration.current();
  return {
    ...{ store, engine, instance, clock, log, events, isAlive },
    folders: createRunFolders(config().results.folder),
    turns: createTurns(config().results.folder, clock),
    scenarios: () => Object.values(config().scenarios),
    runLimit: () => config().queue.concurrentRuns,
    queueLimit: () => config().queue.length,
    keepSlotsDays: () => config().results.keepDays,
    newId: (at, scenario) => runIdOf(at, scenario, idSuffix(at)),
    survey: createSurvey(VERSION),
    watch: watchTarget,
    readPrompts: promptFileReader({ readTextFile }),
    prometheus: () => seriesDeps(health, clock),
  };
}

/** Asked anew for each run: the local stack may have come or gone since the last one. */
async function seriesDeps(health: Health, clock: Clock): Promise<SeriesDeps | undefined> {
  await health.look();
  const url = health.prometheusUrl();
  return url === undefined ? undefined : { url, reader: createSeriesReader({ url, clock }) };
}

/** Does the work a moment later, once for all who ask meanwhile. */
function soon(work: () => Promise<void>, log: Log): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    after(SOON_MS, () => {
      asked = false;
      void work().catch((error: unknown) => log.error(`The queue could not be read: ${String(error)}`));
    });
  };
}
