import type { ExporterFacts, ScenarioFacts } from "../exporter/index.ts";
import type { RunRecord } from "../model/index.ts";
import type { Configuration } from "./configuration.ts";
import type { Glimpse } from "./glimpse.ts";
import type { Health } from "./health.ts";
import type { History } from "./history.ts";
import type { Entry } from "./timetable.ts";
import type { UptimeWatch } from "./uptime.ts";

export interface FactParts {
  readonly configuration: Configuration;
  readonly glimpse: Glimpse;
  readonly health: Health;
  readonly history: History;
  readonly timetable: () => ReadonlyMap<string, Entry>;
  readonly uptime: Pick<UptimeWatch, "of">;
  /** Runs at work here: known even while the database is away. */
  readonly running: () => ExporterFacts["running"];
}

/** What the gauges are made from, from memory alone. */
export function exporterFacts({
  configuration,
  glimpse,
  health,
  history,
  timetable,
  uptime,
  running,
}: FactParts): ExporterFacts {
  const config = configuration.current();
  const entries = timetable();
  const { succeeded, at } = configuration.reloadState();
  const k6Version = health.k6Version();
  return {
    scenarios: Object.values(config.scenarios).map(({ name, target, objectives }): ScenarioFacts => {
      const schedule = entries.get(name);
      const watchesCache = target.redis !== undefined;
      return { name, target: target.name, objectives, watchesCache, ...(schedule === undefined ? {} : { schedule }) };
    }),
    latest: history.latest().filter(({ scenario }) => Object.hasOwn(config.scenarios, scenario)),
    targets: Object.values(config.targets).map(({ name, uptime: standing }) => {
      const now = uptime.of(name);
      return {
        name,
        ...(standing === undefined ? {} : { uptimeObjective: standing.objective }),
        ...(now === undefined ? {} : { uptime: now }),
      };
    }),
    running: running(),
    queued: glimpse.active()?.filter(({ state }) => state === "queued").length,
    config: { sha256: configuration.sha256(), reloadSucceeded: succeeded, reloadedAt: at },
    ...(k6Version === undefined ? {} : { k6Version }),
    sources: [
      ...health.parts().map(({ part, ok, seconds }) => ({ name: part, ok, seconds })),
      ...collectorsOf(history, Object.keys(config.targets)),
    ],
  };
}

/** Of each target as its newest run that watched anything found them at its end. */
export function collectorsOf(history: Pick<History, "latest">, targets: readonly string[]): ExporterFacts["sources"] {
  const records = history.latest().map(({ last }) => last);
  return targets.flatMap((target) => {
    const own = records.filter((record) => record.target === target && record.resources !== undefined);
    const newest = own.reduce<RunRecord | undefined>((a, b) => (a === undefined || b.id > a.id ? b : a), undefined);
    const collectors = newest?.resources?.collectors ?? [];
    return collectors.map(({ name, reads, problem }) => ({ name, target, ok: reads > 0 && problem === undefined }));
  });
}
