import { stringify } from "yaml";
import {
  isOpen,
  judgedSecondsOf,
  type Config,
  type Load,
  type ResourceSources,
  type Scenario,
  type SchedulePlan,
  type Target,
} from "../model/index.ts";
import { formatDuration } from "./quantity.ts";
import { promptsShown } from "./prompts-text.ts";
import { isSecretName } from "./scenarios.ts";

const REDACTED = "<redacted>";

/**
 * The configuration in use in the form of its file, with what was left out filled in and paths absolute. Every secret,
 * and what looks like one among plain variables, is `<redacted>`.
 */
export function configText(config: Config): string {
  const { results, server, queue, database, prometheus, links } = config;
  const shown = {
    targets: mapped(config.targets, targetShown),
    scenarios: mapped(config.scenarios, scenarioShown),
    scripts: config.scripts,
    results: { folder: results.folder, keep_runs: results.keepRuns, keep_days: results.keepDays },
    prometheus,
    server: {
      listen: listenShown(server.listen),
      web_config_file: server.webConfigFile,
      token: server.token && REDACTED,
      allowed_hosts: server.allowedHosts,
    },
    database: database && { url: REDACTED },
    queue: { concurrent_runs: queue.concurrentRuns, length: queue.length },
    links,
  };
  return `# ${config.file}\n${stringify(shown, { version: "1.2", lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function targetShown({ baseUrl, postgres, redis, resources, metrics, uptime, healthPath }: Target): unknown {
  return {
    base_url: baseUrl,
    postgres: postgres && { url: REDACTED },
    redis: redis && { url: REDACTED },
    resources: resources && resourcesShown(resources),
    metrics,
    uptime: uptime && { objective: uptime.objective.condition, window: duration(uptime.windowSeconds) },
    health_path: healthPath,
  };
}

function resourcesShown({ nodeExporter, process: local, ...others }: ResourceSources): unknown {
  const process = local && ("port" in local ? local : { pid_file: local.pidFile });
  return { node_exporter: nodeExporter, ...others, process };
}

function scenarioShown(scenario: Scenario): unknown {
  const { maxSeconds, schedule } = scenario;
  return {
    script: scenario.script,
    target: scenario.target.name,
    pattern: patternShown(scenario.load),
    objectives: Object.fromEntries(scenario.objectives.map(({ measurement, condition }) => [measurement, condition])),
    params: scenario.params,
    prompts: scenario.prompts && promptsShown(scenario.prompts),
    cache: scenario.cache,
    env: Object.fromEntries(
      Object.entries(scenario.env).map(([key, value]) => [key, isSecretName(key) ? REDACTED : value]),
    ),
    secrets: mapped(scenario.secrets, () => REDACTED),
    engine: scenario.engine,
    traffic: scenario.traffic,
    max_duration: maxSeconds === undefined ? undefined : duration(maxSeconds),
    environment: scenario.environment,
    schedule: schedule && scheduleShown(schedule),
  };
}

function patternShown(load: Load): unknown {
  if (load.stages === null) return load.pattern;
  return {
    name: load.pattern,
    users: load.users,
    ...(isOpen(load) && { rate: `${load.rate}/s`, arrivals: load.arrivals, seed: load.seed }),
    ...(load.ladder && rungsShown(load.ladder.levels, isOpen(load))),
    duration: duration(judgedSecondsOf(load) ?? 0),
    warmup: duration(load.warmup.seconds),
  };
}

function rungsShown(levels: readonly number[], perSecond: boolean): Readonly<Record<string, unknown>> {
  const [from = 0, second = from] = levels;
  const shown = (value: number): unknown => (perSecond ? `${value}/s` : value);
  return { from: shown(from), step: shown(Number((second - from || from).toPrecision(12))) };
}

function scheduleShown(plan: SchedulePlan): unknown {
  return {
    cron: plan.cron,
    timezone: plan.timezone,
    overlap: plan.overlap,
    catch_up: duration(plan.catchUpSeconds),
    jitter: duration(plan.jitterSeconds),
    blackout: plan.blackouts.map(({ from, to, days }) => ({
      from,
      to,
      ...(days.length === 0 ? {} : { days: days.join(",") }),
    })),
    paused: plan.paused,
  };
}

function listenShown({ host, port }: Config["server"]["listen"]): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function duration(seconds: number): string {
  return seconds === 0 ? "0s" : formatDuration(seconds);
}

function mapped<T>(
  record: Readonly<Record<string, T>>,
  show: (value: T) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, show(value)]));
}
