import { effectiveObjectives } from "../judge/index.ts";
import { isCatalogued } from "../model/index.ts";
import { DAEMON, OBJECTIVE_LIMITS, SCHEDULE, TARGETS } from "./catalogue/index.ts";
import type { ExporterFacts, ScenarioFacts } from "./facts.ts";
import { projectRuns } from "./project-runs.ts";
import type { Samples } from "./samples.ts";

/** Versions that never change while the daemon runs. */
export interface Build {
  readonly version: string;
  readonly revision?: string;
  /** As `process.version`. */
  readonly nodeVersion?: string;
}

/** All gauges that follow from facts alone: the same facts give the same page, before and after a restart. */
export function project(facts: ExporterFacts, build: Build, samples: Samples): void {
  samples.add(DAEMON.build, { version: build.version, revision: build.revision, nodeversion: build.nodeVersion }, 1);
  if (facts.k6Version !== undefined) samples.add(DAEMON.k6, { version: facts.k6Version }, 1);
  samples.add(DAEMON.config, { sha256: facts.config.sha256 }, 1);
  samples.add(DAEMON.reloadSuccessful, {}, Number(facts.config.reloadSucceeded));
  samples.add(DAEMON.reloadSuccessTime, {}, facts.config.reloadedAt / 1000);
  samples.add(DAEMON.queued, {}, facts.queued);
  for (const scenario of facts.scenarios) projectScenario(scenario, samples);
  for (const { name: target, uptime, uptimeObjective } of facts.targets) {
    samples.add(TARGETS.uptime, { target }, uptime?.value);
    samples.add(TARGETS.coverage, { target }, uptime?.coverage);
    samples.add(TARGETS.objective, { target }, uptimeObjective?.limit);
  }
  projectRuns(facts, samples);
}

function projectScenario({ name, target, objectives, schedule }: ScenarioFacts, samples: Samples): void {
  const scenario = { scenario: name, target };
  for (const { measurement, limit } of effectiveObjectives(objectives))
    if (isCatalogued(measurement)) samples.add(OBJECTIVE_LIMITS[measurement], scenario, limit);
  if (schedule === undefined) return;
  samples.add(SCHEDULE.info, { ...scenario, schedule: schedule.cron, timezone: schedule.timezone }, 1);
  samples.add(SCHEDULE.paused, scenario, Number(schedule.paused));
  samples.add(SCHEDULE.interval, scenario, schedule.intervalSeconds);
  samples.add(SCHEDULE.next, scenario, secondsOf(schedule.nextSlot));
  samples.add(SCHEDULE.deadline, scenario, schedule.paused ? undefined : secondsOf(schedule.deadline));
}

function secondsOf(instant: number | undefined): number | undefined {
  return instant === undefined ? undefined : instant / 1000;
}
