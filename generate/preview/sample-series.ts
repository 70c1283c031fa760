/**
 * The month before as Prometheus would hold it: what a daemon would have told of the sample runs at each time, by the
 * product's own projection. As OpenMetrics lines, for promtool.
 */
import { createHistory } from "../../src/daemon/history.ts";
import { RUNS, type Metric } from "../../src/exporter/catalogue/index.ts";
import type { ExporterFacts } from "../../src/exporter/index.ts";
import { project } from "../../src/exporter/project.ts";
import { Samples } from "../../src/exporter/samples.ts";
import { createTally } from "../../src/exporter/tally.ts";
import type { Objective, RunRecord } from "../../src/model/index.ts";
import { DAYS, limitsOf, type SampleScenario } from "./sample-runs.ts";

const DAY = 86_400;
const THREE_NINES: Objective = { measurement: "uptime", comparator: ">=", limit: 0.999, condition: ">= 99.9%" };

export interface Past {
  readonly scenarios: readonly SampleScenario[];
  readonly runs: readonly RunRecord[];
  /** Unix seconds. */
  readonly now: number;
  readonly targets: readonly string[];
}

/** Times that the pictures ask for: each hour of the month, each quarter of an hour of the week, two minutes of the day. */
export function timesBefore(now: number): readonly number[] {
  const grids = [
    [DAYS * DAY, 3_600],
    [7 * DAY, 900],
    [DAY, 120],
  ] as const;
  const all = grids.flatMap(([span, step]) =>
    Array.from({ length: Math.floor(span / step) }, (_, at) => Math.floor(now / step) * step - at * step),
  );
  // What a daemon tells stands for five minutes: the sample ends before the real one begins.
  return [...new Set(all)].filter((time) => time < now - 360).sort((a, b) => a - b);
}

/** Lines of the daemon's gauges, and of the lookups that it counts. */
export function* gaugeLines(past: Past): Generator<string> {
  const series = new Map<string, string[]>();
  const counted = lookupsCounted(past.runs);
  for (const time of timesBefore(past.now)) {
    const samples = new Samples();
    const facts = factsAt(past, time * 1000);
    project(facts, { version: "0.1.0" }, samples);
    for (const [key, value] of sharesOf(facts)) add(series, key, [value, time]);
    for (const [{ name }, values] of [...samples.entries(), ...counted(facts.scenarios, time * 1000)])
      for (const { labels, value } of values) {
        const words = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
        const key = `${name}{${[...words, 'job="chatbench"', 'instance="sample"'].join(",")}}`;
        add(series, key, [value, time]);
      }
  }
  // All samples of a metric together: OpenMetrics wants it so.
  for (const [key, values] of [...series].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const value of values) yield `${key} ${value}`;
}

/** Of the daemon's counts only these are drawn of a month; the others are of the last hour, and the real daemon tells them. */
const LOOKUPS: ReadonlySet<Metric> = new Set<Metric>([RUNS.cacheRequests, RUNS.cacheHits]);

/** As the daemon counts them, from one time to the next. */
function lookupsCounted(runs: readonly RunRecord[]) {
  const tally = createTally();
  const waiting = [...runs].sort((a, b) => Date.parse(a.ended_at) - Date.parse(b.ended_at));
  return (scenarios: ExporterFacts["scenarios"], atMs: number) => {
    const still = waiting.findIndex(({ ended_at }) => Date.parse(ended_at) > atMs);
    for (const run of waiting.splice(0, still < 0 ? waiting.length : still)) tally.runEnded(run);
    const samples = new Samples();
    tally.collect(scenarios, samples);
    return [...samples.entries()].filter(([metric]) => LOOKUPS.has(metric));
  };
}

function add(series: Map<string, string[]>, key: string, [value, time]: readonly [number, number]): void {
  const known = series.get(key) ?? [];
  series.set(key, known);
  known.push(`${String(value)} ${String(time)}`);
}

/** What the recording rules would have made of it. */
function sharesOf({ latest }: ExporterFacts): readonly (readonly [string, number])[] {
  return latest.flatMap(({ scenario, target, trigger, judged }) =>
    (["latency_p95", "latency_p99", "error_rate"] as const).flatMap((name) => {
      const { value, limit } = judged?.objectives.find(({ measurement }) => measurement === name) ?? {};
      if (value === undefined || limit === undefined) return [];
      const labels = `job="chatbench",scenario="${scenario}",target="${target}",trigger="${trigger}"`;
      const key = `scenario_target_trigger:chatbench_last_run_${name}_per_objective:ratio{${labels}}`;
      return [[key, value / limit] as const];
    }),
  );
}

function factsAt({ scenarios, runs, targets }: Past, atMs: number): ExporterFacts {
  const over = runs.filter(({ ended_at }) => Date.parse(ended_at) <= atMs);
  return {
    scenarios: scenarios.map((one) => ({
      ...{ name: one.name, target: one.target, objectives: objectivesOf(one) },
      watchesCache: one.target === "chatbot",
    })),
    latest: scenarios.flatMap(({ name }) => latestOf(over.filter(({ scenario }) => scenario === name))),
    running: [],
    targets: targets.map((name) => ({ name, uptimeObjective: THREE_NINES })),
    queued: 0,
    config: { sha256: "a".repeat(64), reloadSucceeded: true, reloadedAt: atMs },
    sources: [],
  };
}

const objectivesOf = (scenario: SampleScenario): readonly Objective[] =>
  Object.entries(limitsOf(scenario)).map(([measurement, limit]) => ({
    ...{ measurement, limit, comparator: "<", condition: `< ${String(limit)}` },
  }));

function latestOf(runs: readonly RunRecord[]): ExporterFacts["latest"] {
  const history = createHistory();
  for (const run of runs) history.note(run);
  return history.latest();
}
