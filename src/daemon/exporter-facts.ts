import type { ExporterFacts, ScenarioFacts } from "../exporter/index.ts";
import type { Config, RunRecord } from "../model/index.ts";
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
  const latest = history.latest().filter(({ scenario }) => Object.hasOwn(config.scenarios, scenario));
  return {
    scenarios: Object.values(config.scenarios).map(({ name, target, objectives }): ScenarioFacts => {
      const schedule = entries.get(name);
      const watchesCache = target.redis !== undefined;
      return { name, target: target.name, objectives, watchesCache, ...(schedule === undefined ? {} : { schedule }) };
    }),
    latest,
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
      ...collectorsOf(latest, config),
    ],
  };
}

/** Of the readings of a run: a source that came back for the last of them was away all the same. */
const LEAST_READ = 0.9;

/**
 * Of each target as the newest run of each trigger that watched anything found them: what a pull request's
 * run found is told apart from what the schedule's did. Nights of a target that the scenario no longer has do not count.
 */
export function collectorsOf(
  latest: ExporterFacts["latest"],
  { targets, scenarios }: Pick<Config, "targets" | "scenarios">,
): ExporterFacts["sources"] {
  const newest = new Map<string, RunRecord>();
  for (const { last: run } of latest) {
    const { id, scenario, target, trigger, resources } = run;
    const isOfNow = trigger !== "cron" || scenarios[scenario]?.target.name === target;
    if (resources === undefined || !Object.hasOwn(targets, target) || !isOfNow) continue;
    const key = `${target} ${trigger}`;
    if (id > (newest.get(key)?.id ?? "")) newest.set(key, run);
  }
  return [...newest.values()].flatMap(({ target, trigger, resources }) =>
    (resources?.collectors ?? []).map(({ name, reads, failures, problem }) => ({
      ...{ name, target, trigger },
      ok: reads > 0 && reads >= LEAST_READ * (reads + failures) && problem === undefined,
    })),
  );
}
