import { SKIP_REASONS, type RunRecord, type SkipReason, type Trigger } from "../model/index.ts";
import { RUNS, SCHEDULE } from "./catalogue/index.ts";
import { isJudged } from "./judged.ts";
import type { ScenarioFacts } from "./facts.ts";
import type { Samples } from "./samples.ts";

export const TRIGGERS = ["cron", "manual", "pull_request", "pre_deploy"] as const satisfies readonly Trigger[];
const UNJUDGED_REASONS = ["invalid", "error", "aborted", "lost"] as const;
type UnjudgedReason = (typeof UNJUDGED_REASONS)[number];

interface RunCounts {
  readonly scenario: string;
  readonly target: string;
  readonly trigger: Trigger;
  ended: number;
  missed: number;
  readonly unjudged: Record<UnjudgedReason, number>;
}

interface SlotCounts {
  readonly scenario: string;
  readonly target: string;
  readonly skipped: Record<SkipReason, number>;
}

interface CacheCounts {
  readonly scenario: string;
  readonly target: string;
  hits: number;
  requests: number;
}

/**
 * What happened to runs and slots since the daemon began. Counts are kept for every scenario that was heard of; only
 * those of configured ones are shown, each known combination from 0 on, so that the first event is an increase too.
 */
export interface Tally {
  runEnded(record: RunRecord): void;
  slotsSkipped(
    scenario: string,
    target: string,
    skipped: { readonly reason: SkipReason; readonly count: number },
  ): void;
  /** Rises with everything counted. */
  version(): number;
  collect(scenarios: readonly ScenarioFacts[], samples: Samples): void;
}

export function createTally(): Tally {
  const runs = new Map<string, RunCounts>();
  const slots = new Map<string, SlotCounts>();
  const caches = new Map<string, CacheCounts>();
  const counted = { events: 0 };
  return {
    runEnded(record) {
      if (record.state === "skipped") return;
      counted.events += 1;
      countRun(keep(runs, newRun(record.scenario, record.target, record.trigger)), record);
      countCache(caches, record);
    },
    slotsSkipped(scenario, target, { reason, count }) {
      counted.events += 1;
      keep(slots, newSlot(scenario, target)).skipped[reason] += count;
    },
    version: () => counted.events,
    collect(scenarios, samples) {
      for (const counts of shown(runs, scenarios, initialRuns)) addRun(samples, counts);
      for (const counts of shown(caches, scenarios, initialCaches)) addCache(samples, counts);
      for (const counts of shown(slots, scenarios, initialSlots)) addSlot(samples, counts);
    },
  };
}

function countRun(counts: RunCounts, record: RunRecord): void {
  counts.ended += 1;
  if (isJudged(record)) counts.missed += record.verdict === "pass" ? 0 : 1;
  else counts.unjudged[record.state === "finished" || record.state === "skipped" ? "invalid" : record.state] += 1;
}

/** Whole lookups only where both were counted through the whole window. */
function countCache(caches: Map<string, CacheCounts>, { scenario, target, resources }: RunRecord): void {
  const { redis_hits: hits, redis_misses: misses } = resources?.values ?? {};
  if (hits?.delta === undefined || misses?.delta === undefined) return;
  const counts = keep(caches, newCache(scenario, target));
  counts.hits += Math.round(hits.delta);
  counts.requests += Math.round(hits.delta + misses.delta);
}

function addCache(samples: Samples, { scenario, target, hits, requests }: CacheCounts): void {
  const labels = { scenario, target, layer: "redis" };
  samples.add(RUNS.cacheRequests, labels, requests);
  samples.add(RUNS.cacheHits, labels, hits);
}

/** Of configured scenarios: what was counted, and 0 for what can be. */
function shown<C extends { readonly scenario: string; readonly target: string; readonly trigger?: Trigger }>(
  counted: ReadonlyMap<string, C>,
  scenarios: readonly ScenarioFacts[],
  initial: (scenario: ScenarioFacts) => readonly C[],
): Iterable<C> {
  const targets = new Map(scenarios.map(({ name, target }) => [name, target]));
  const all = new Map(scenarios.flatMap(initial).map((counts) => [keyOf(counts), counts]));
  for (const [key, counts] of counted) {
    const target = targets.get(counts.scenario);
    // A person may send a scenario to another target; the schedule knows only the configured one.
    const isOfPerson = counts.trigger !== undefined && counts.trigger !== "cron";
    if (target !== undefined && (target === counts.target || isOfPerson)) all.set(key, counts);
  }
  return all.values();
}

function initialRuns({ name, target }: ScenarioFacts): readonly RunCounts[] {
  return TRIGGERS.map((trigger) => newRun(name, target, trigger));
}

function initialSlots({ name, target, schedule }: ScenarioFacts): readonly SlotCounts[] {
  return schedule === undefined ? [] : [newSlot(name, target)];
}

function initialCaches({ name, target, watchesCache }: ScenarioFacts): readonly CacheCounts[] {
  return watchesCache === true ? [newCache(name, target)] : [];
}

function addRun(samples: Samples, { scenario, target, trigger, ended, missed, unjudged }: RunCounts): void {
  const labels = { scenario, target, trigger };
  samples.add(RUNS.ended, labels, ended);
  samples.add(RUNS.missedObjective, labels, missed);
  for (const reason of UNJUDGED_REASONS) samples.add(RUNS.unjudged, { ...labels, reason }, unjudged[reason]);
}

function addSlot(samples: Samples, { scenario, target, skipped }: SlotCounts): void {
  for (const reason of SKIP_REASONS) samples.add(SCHEDULE.skipped, { scenario, target, reason }, skipped[reason]);
}

function newRun(scenario: string, target: string, trigger: Trigger): RunCounts {
  return { scenario, target, trigger, ended: 0, missed: 0, unjudged: { invalid: 0, error: 0, aborted: 0, lost: 0 } };
}

function newSlot(scenario: string, target: string): SlotCounts {
  return { scenario, target, skipped: { missed: 0, overlap: 0, blackout: 0, paused: 0, queue_full: 0 } };
}

function newCache(scenario: string, target: string): CacheCounts {
  return { scenario, target, hits: 0, requests: 0 };
}

/** The counts kept under the key of `fresh`, which begin as `fresh`. */
function keep<C extends { readonly scenario: string; readonly target: string; readonly trigger?: Trigger }>(
  counted: Map<string, C>,
  fresh: C,
): C {
  const known = counted.get(keyOf(fresh)) ?? fresh;
  counted.set(keyOf(fresh), known);
  return known;
}

function keyOf(counts: { readonly scenario: string; readonly target: string; readonly trigger?: Trigger }): string {
  return `${counts.scenario} ${counts.target} ${counts.trigger ?? ""}`;
}
