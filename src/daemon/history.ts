import { isDeepStrictEqual } from "node:util";
import type { ExporterFacts } from "../exporter/index.ts";
import type { RunRecord, RunSummary, Verdict } from "../model/index.ts";

/** Verdicts kept for each scenario and trigger, to count how often in a row objectives were missed. */
const VERDICTS = 50;
/** Runs kept for each scenario, for the trend. */
const RECENT = 20;

/** The newest runs of one scenario on one target for one trigger. */
export type LatestRuns = ExporterFacts["latest"][number];

/**
 * What gauges and the status page know of past runs, in memory: fed from record files at the start, from the database
 * at each tick (runs of other daemons), and from each run that ends. The order in which it hears of runs, and how
 * often, does not matter.
 */
export interface History {
  note(record: RunRecord): void;
  /** A row of a list: for the trend and for counting, where its record was not read. */
  noteSummary(run: RunSummary): void;
  latest(): readonly LatestRuns[];
  of(runs: Pick<LatestRuns, "scenario" | "target" | "trigger">): LatestRuns | undefined;
  /** Oldest first. */
  recent(scenario: string): readonly RunSummary[];
  /** Newest of all triggers. */
  last(scenario: string): RunRecord | undefined;
  forget(ids: readonly string[]): void;
  /** Changes with what is held. */
  version(): number;
}

interface Entry {
  last: RunRecord;
  judged: RunRecord | undefined;
  /** By run id. */
  readonly verdicts: Map<string, Verdict>;
}

export function createHistory(): History {
  const entries = new Map<string, Entry>();
  const recent = new Map<string, RunSummary[]>();
  let version = 0;
  return {
    version: () => version,
    noteSummary(run) {
      if (run.ended_at === undefined) return;
      const entry = entries.get(keyOf(run));
      if (entry !== undefined && isJudged(run)) count(entry.verdicts, run);
      recent.set(run.scenario, inserted(recent.get(run.scenario) ?? [], run));
    },
    note(record) {
      const key = keyOf(record);
      if (isKnown(entries.get(key), record)) return;
      version += 1;
      entries.set(key, noted(entries.get(key), record));
      recent.set(record.scenario, inserted(recent.get(record.scenario) ?? [], summaryOf(record)));
    },
    latest: () => [...entries.values()].map(latestOf),
    of(runs) {
      const entry = entries.get(keyOf(runs));
      return entry && latestOf(entry);
    },
    recent: (scenario) => recent.get(scenario) ?? [],
    last(scenario) {
      const all = [...entries.values()].filter((entry) => entry.last.scenario === scenario);
      return all.map((entry) => entry.last).sort((a, b) => (a.id < b.id ? 1 : -1))[0];
    },
    forget(ids) {
      const gone = new Set(ids);
      for (const [scenario, runs] of recent)
        recent.set(
          scenario,
          runs.filter((run) => !gone.has(run.id)),
        );
    },
  };
}

/** Another target is another answer: somebody's try elsewhere must not stand for the scenario's own. */
function keyOf({ scenario, target, trigger }: Pick<LatestRuns, "scenario" | "target" | "trigger">): string {
  return `${scenario} ${target} ${trigger}`;
}

/** Told again, word for word: what is made from it need not be made anew. */
function isKnown(entry: Entry | undefined, { id, telemetry }: RunRecord): boolean {
  return [entry?.last, entry?.judged].some(
    (known) => known?.id === id && isDeepStrictEqual(known.telemetry, telemetry),
  );
}

function noted(entry: Entry | undefined, record: RunRecord): Entry {
  const verdicts = entry?.verdicts ?? new Map<string, Verdict>();
  const known: Entry = entry ?? { last: record, judged: undefined, verdicts };
  // The same id again: its telemetry has been read back meanwhile.
  if (record.id >= known.last.id) known.last = record;
  if (!isJudged(record)) return known;
  if (record.id >= (known.judged?.id ?? "")) known.judged = record;
  count(verdicts, record);
  return known;
}

type Judged = Pick<RunSummary, "id"> & { readonly verdict: Verdict };

/** Invalid says nothing about the target: it neither raises nor resolves what the last judged run said. */
function isJudged<T extends Pick<RunSummary, "id" | "verdict">>(run: T): run is T & Judged {
  return run.verdict !== null && run.verdict !== "invalid";
}

function count(verdicts: Map<string, Verdict>, run: Judged): void {
  verdicts.set(run.id, run.verdict);
  const oldest = [...verdicts.keys()].sort()[0];
  if (verdicts.size > VERDICTS && oldest !== undefined) verdicts.delete(oldest);
}

function latestOf({ last, judged, verdicts }: Entry): LatestRuns {
  const newestFirst = [...verdicts].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, verdict]) => verdict);
  const firstGood = newestFirst.findIndex((verdict) => verdict !== "fail");
  return {
    ...{ scenario: last.scenario, target: last.target, trigger: last.trigger, last },
    ...(judged === undefined ? {} : { judged }),
    consecutiveMissed: firstGood === -1 ? newestFirst.length : firstGood,
  };
}

function inserted(runs: readonly RunSummary[], run: RunSummary): RunSummary[] {
  const others = runs.filter(({ id }) => id !== run.id);
  return [...others, run].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-RECENT);
}

/** A row of a list from a record. */
export function summaryOf(record: RunRecord): RunSummary {
  const { id, scenario, target, trigger, verdict, reason, measurements, state, revision, started_at, ended_at } =
    record;
  return {
    ...{ id, scenario, target, trigger, verdict, reason, measurements, state, started_at, ended_at },
    ...(revision === undefined ? {} : { revision }),
  };
}
