import type { Config, Instant, Progress, QueuedRun, RunId, RunSummary } from "../model/index.ts";
import type { StatusView } from "../report/index.ts";
import type { Glimpse } from "./glimpse.ts";
import type { History } from "./history.ts";
import type { Entry } from "./timetable.ts";
import type { UptimeWatch } from "./uptime.ts";

const RUNS_SHOWN = 20;

export interface StatusParts {
  readonly now: Instant;
  readonly version: string;
  readonly config: Config;
  readonly glimpse: Glimpse;
  readonly history: History;
  readonly timetable: ReadonlyMap<string, Entry>;
  readonly uptime: Pick<UptimeWatch, "of">;
  readonly progress: (id: RunId) => Progress | undefined;
  /** Runs at work here: known even while the database is away. */
  readonly running: readonly QueuedRun[];
  readonly health: StatusView["health"];
  readonly prometheusUrl?: string;
}

/** What the status page shows, from memory alone. */
export function statusView(parts: StatusParts): StatusView {
  const { now, version, config, glimpse, history, timetable, uptime, health } = parts;
  const active = glimpse.active() ?? parts.running;
  const atWork = active.filter((run): run is AtWork => run.state !== "queued");
  const scenarios = Object.values(config.scenarios);
  return {
    ...{ now, version, health, skipped: glimpse.skipped() },
    running: atWork.map((run) => runningRow(run, parts)),
    queued: active.filter(({ state }) => state === "queued").map(queuedRow),
    scenarios: scenarios.map(({ name, target }) => scenarioRow(name, target.name, { history, timetable, uptime })),
    runs: newest(scenarios.flatMap(({ name }) => history.recent(name))),
    links: linksOf(config, parts.prometheusUrl),
  };
}

type AtWork = QueuedRun & { readonly state: "preparing" | "running" | "judging" };

function runningRow(run: AtWork, { progress }: StatusParts): StatusView["running"][number] {
  const now = progress(run.id);
  return {
    ...{ id: run.id, scenario: run.scenario.name, target: run.scenario.target.name },
    ...{ trigger: run.trigger, state: run.state },
    ...(run.startedAt === undefined ? {} : { startedAt: run.startedAt }),
    ...(now === undefined ? {} : { progress: now }),
  };
}

function queuedRow({ id, scenario, trigger, queuedAt, notBefore }: QueuedRun): StatusView["queued"][number] {
  return {
    ...{ id, scenario: scenario.name, target: scenario.target.name, trigger, queuedAt },
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

function scenarioRow(
  name: string,
  target: string,
  { history, timetable, uptime }: Pick<StatusParts, "history" | "timetable" | "uptime">,
): StatusView["scenarios"][number] {
  const entry = timetable.get(name);
  const last = history.last(name);
  const up = uptime.of(target);
  return {
    ...{ name, target, recent: history.recent(name) },
    ...(last === undefined ? {} : { last }),
    ...(up === undefined ? {} : { uptime: up }),
    ...(entry === undefined ? {} : { schedule: { cron: entry.cron, timezone: entry.timezone, paused: entry.paused } }),
    ...(entry?.nextSlot === undefined ? {} : { nextSlot: entry.nextSlot }),
  };
}

function newest(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...runs].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, RUNS_SHOWN);
}

function linksOf({ links }: Config, prometheusUrl: string | undefined): StatusView["links"] {
  return {
    ...(links.grafana === undefined ? {} : { grafana: links.grafana }),
    ...(prometheusUrl === undefined ? {} : { prometheus: prometheusUrl }),
  };
}
