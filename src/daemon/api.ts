import { configText, withOverrides, hint, type Overrides } from "../config/index.ts";
import type { Api, Away, LiveRun, RunRequestBody, ScenarioView, StartResult } from "../http/index.ts";
import {
  isOpen,
  judgedSecondsOf,
  StoreUnavailable,
  type Config,
  type QueuedRun,
  type RunId,
  type RunRecord,
  type Scenario,
  type Uptime,
} from "../model/index.ts";
import { readRecord } from "../record/index.ts";
import { summaryOf } from "./history.ts";
import type { Parts } from "./parts.ts";
import { reportPage } from "./report-page.ts";
import { runbook } from "./runbooks.ts";
import { probeTargets } from "./probes.ts";
import { statusView } from "./status.ts";

/** What the routes ask, answered from the daemon's parts. */
export function createApi(parts: Parts): Api {
  const config = (): Config => parts.configuration.current();
  return {
    ready: () => ({ problems: parts.problems() }),
    metrics: (accept) => parts.exporter.render(accept),
    reload: () => parts.reload(),
    config: () => configText(config()),
    status: () => Promise.resolve(statusView(parts.statusParts())),
    scenarios: () => Promise.resolve(Object.values(config().scenarios).map((one) => scenarioView(one, parts))),
    probes: () => probeTargets(config()),
    start: (body, key) => unlessAway(() => startRun(body, key, parts)),
    runs: (query) => unlessAway(async () => ({ runs: await parts.store.list(query) })),
    run: (id) => findRun(id, parts),
    abort: (id) => unlessAway(() => parts.runs.abort(id, "person")),
    report: (id) => reportPage(id, parts),
    runbook: (name) => runbook(parts.runbooks, name),
  };
}

/** The database's being away is an answer. */
async function unlessAway<T>(work: () => Promise<T>): Promise<T | Away> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailable) return { away: error.message };
    throw error;
  }
}

function scenarioView(scenario: Scenario, { timetable, history, uptime }: Parts): ScenarioView {
  const { name, target, load, objectives } = scenario;
  const entry = timetable().get(name);
  const last = history.last(name);
  const seconds = judgedSecondsOf(load);
  const next = entry?.nextSlot;
  return {
    ...{ name, target: target.name },
    pattern: {
      name: load.pattern,
      ...(load.stages === null ? {} : { users: load.users }),
      ...(isOpen(load) && { rate: load.rate, arrivals: load.arrivals }),
      ...(seconds === undefined ? {} : { duration_seconds: seconds }),
    },
    objectives: objectives.map(({ measurement, condition }) => ({ measurement, condition })),
    ...(entry === undefined
      ? {}
      : {
          schedule: {
            ...{ cron: entry.cron, timezone: entry.timezone, paused: entry.paused },
            ...(next === undefined ? {} : { next: new Date(next).toISOString() }),
          },
        }),
    ...(last === undefined ? {} : { latest: summaryOf(last) }),
    ...uptimeView(uptime.of(target.name)),
  };
}

function uptimeView(uptime: Uptime | undefined): Pick<ScenarioView, "uptime"> {
  if (uptime === undefined) return {};
  const { objective, windowSeconds, value, coverage, probes, verdict, reason } = uptime;
  return {
    uptime: {
      ...(objective === undefined ? {} : { condition: objective.condition, verdict }),
      ...{ window_seconds: windowSeconds, reason },
      ...(value === undefined ? {} : { value }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(probes === undefined ? {} : { probes }),
    },
  };
}

async function startRun(body: RunRequestBody, key: string | undefined, parts: Parts): Promise<StartResult> {
  const config = parts.configuration.current();
  const known = Object.hasOwn(config.scenarios, body.scenario) ? config.scenarios[body.scenario] : undefined;
  if (known === undefined) {
    const near = hint(body.scenario, Object.keys(config.scenarios), "scenarios");
    return { kind: "refused", problems: [`there is no scenario "${body.scenario}"${near}`] };
  }
  const wanted = withOverrides(known, config, overridesOf(body));
  if ("problems" in wanted) return { kind: "refused", problems: wanted.problems };
  const engine = await parts.engine.version(wanted.scenario);
  if ("problem" in engine) return { kind: "no_engine", reason: engine.problem };
  return await parts.runs.enqueue({
    ...{ scenario: wanted.scenario, trigger: body.trigger ?? "manual" },
    ...(body.revision === undefined ? {} : { revision: body.revision }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
}

function overridesOf({ users, duration_seconds: durationSeconds, pattern, target }: RunRequestBody): Overrides {
  return {
    ...(users === undefined ? {} : { users }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(target === undefined ? {} : { target }),
  };
}

type FoundRun = { readonly record: RunRecord } | { readonly live: LiveRun } | undefined | Away;

/** A run at work here first, until its pages are written; then its file, which needs no database; then the store. */
async function findRun(id: RunId, parts: Parts): Promise<FoundRun> {
  const here = parts.runs.running().find(({ run }) => run.id === id);
  if (here !== undefined) return { live: liveOf({ ...here.run, state: here.state }, parts) };
  await parts.pagesWritten(id);
  const read = await readRecord(parts.configuration.current().results.folder, id);
  if ("record" in read) return read;
  return await unlessAway(async () => {
    const found = await parts.store.find(id);
    if (found === undefined || "record" in found) return found;
    return { live: liveOf(found.run, parts, await parts.store.active()) };
  });
}

function liveOf(run: QueuedRun, parts: Parts, active: readonly QueuedRun[] = []): LiveRun {
  const progress = parts.runs.progress(run.id);
  const waiting = active.filter(({ state }) => state === "queued").findIndex(({ id }) => id === run.id);
  return { run, ...(progress === undefined ? {} : { progress }), ...(waiting < 0 ? {} : { position: waiting }) };
}
