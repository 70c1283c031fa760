import type { ScenarioFacts } from "../exporter/index.ts";
import { trialSecondsOf } from "../workload/patterns.ts";
import {
  instantOf,
  mostTrialsOf,
  SET_BACK_MS,
  type Config,
  type Instant,
  type RunRecord,
  type Scenario,
  type SchedulePlan,
} from "../model/index.ts";
import { longestGapMs, nextRunnableSlot, parseSchedule, runDeadline, type Schedule } from "../schedule/index.ts";
import type { Glimpse } from "./glimpse.ts";
import type { History } from "./history.ts";

/** When a scenario runs next, and until when it must have given a verdict. */
export type Entry = NonNullable<ScenarioFacts["schedule"]>;

export interface TimetableDeps {
  readonly config: () => Config;
  readonly glimpse: Glimpse;
  readonly history: History;
  readonly now: () => Instant;
}

/** Beside the load itself: setup, teardown, the summary, reading the series back. */
const MARGIN_SECONDS = 180;
/** Of a script that decides itself how long it lasts, until somebody says max_duration. */
const OWN_SECONDS = 3600;

/** The schedule of each scenario, worked out at most once a minute for each configuration and each new run. */
export function createTimetable(deps: TimetableDeps): () => ReadonlyMap<string, Entry> {
  const parsed = new WeakMap<SchedulePlan, { schedule: Schedule; intervalSeconds: number }>();
  let key: readonly unknown[] = [];
  let entries: ReadonlyMap<string, Entry> = new Map();
  const scheduleOf = (plan: SchedulePlan): { schedule: Schedule; intervalSeconds: number } | undefined => {
    const known = parsed.get(plan);
    if (known !== undefined) return known;
    const result = parseSchedule(plan);
    if ("problems" in result) return undefined; // refused when the configuration was loaded
    const made = { schedule: result.schedule, intervalSeconds: longestGapMs(result.schedule) / 1000 };
    parsed.set(plan, made);
    return made;
  };
  return () => {
    const config = deps.config();
    const wanted = [config, deps.history.version(), deps.glimpse.version(), Math.floor(deps.now() / 60_000)];
    if (wanted.every((part, at) => part === key[at])) return entries;
    key = wanted;
    entries = new Map(
      Object.values(config.scenarios).flatMap((scenario) => {
        const { schedule: plan } = scenario;
        const made = plan === undefined ? undefined : scheduleOf(plan);
        return plan === undefined || made === undefined
          ? []
          : [[scenario.name, entryOf(scenario, plan, { ...deps, ...made })]];
      }),
    );
    return entries;
  };
}

interface Known extends TimetableDeps {
  readonly schedule: Schedule;
  readonly intervalSeconds: number;
}

function entryOf(scenario: Scenario, plan: SchedulePlan, known: Known): Entry {
  const { glimpse, history, schedule, intervalSeconds } = known;
  const now = known.now();
  const state = glimpse.schedule(scenario.name);
  const nextSlot = plan.paused ? undefined : nextRunnableSlot(schedule, plan.blackouts, now);
  const judged = history.of({ scenario: scenario.name, target: scenario.target.name, trigger: "cron" })?.judged;
  const pausedUntil = glimpse.pausedUntil(scenario.name);
  const deadline =
    state === undefined
      ? undefined
      : runDeadline(schedule, plan, {
          ...{ knownSince: state.knownSince, longestRunSeconds: longestWithWaiting(scenario, known.config()), now },
          ...(judged === undefined ? {} : { lastJudgedEnd: endOf(judged, now) }),
          ...(pausedUntil === undefined ? {} : { pausedUntil }),
        });
  return {
    ...{ cron: plan.cron, timezone: plan.timezone, paused: plan.paused, intervalSeconds },
    ...(nextSlot === undefined ? {} : { nextSlot }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** A clock that stood in 2031 when the run ended told nothing of when that was: then it counts from when it was asked for. */
function endOf({ id, ended_at }: RunRecord, now: Instant): Instant {
  const end = Date.parse(ended_at);
  return end > now + SET_BACK_MS ? instantOf(id) : end;
}

/** Its own longest run, after all others that may stand before it in the queue. */
function longestWithWaiting(scenario: Scenario, config: Config): number {
  const others = Object.values(config.scenarios).filter(
    (other) =>
      other.name !== scenario.name &&
      other.schedule !== undefined &&
      (config.queue.concurrentRuns === 1 || other.target.name === scenario.target.name),
  );
  return [scenario, ...others].reduce((sum, one) => sum + longestSeconds(one), 0);
}

function longestSeconds({ load, maxSeconds }: Scenario): number {
  return (maxSeconds ?? trialSecondsOf(load) ?? OWN_SECONDS) * mostTrialsOf(load) + MARGIN_SECONDS;
}
