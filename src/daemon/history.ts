import { isDeepStrictEqual } from "node:util";
import type { ExporterFacts } from "../exporter/index.ts";
import { turnOf, type Instant, type RunRecord, type RunSummary, type Verdict } from "../model/index.ts";

/** Verdicts kept for each scenario and trigger, to count how often in a row objectives were missed. */
const VERDICTS = 50;
/** Runs kept for each scenario, for the trend. */
const RECENT = 20;

/** The newest runs of one scenario on one target for one trigger. */
export type LatestRuns = ExporterFacts["latest"][number];

/**
 * What gauges and the status page know of past runs, in memory: fed from record files at the start, from the database
 * at each tick (runs of other daemons), and from each run that ends. The order in which it hears of runs, and how
 * often, does not matter. A run that a wrong clock named is the newest only where there is no other.
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
  /** What time it takes to be now; Infinity: no run is of the future. */
  now(): Instant;
}

interface Entry {
  last: RunRecord;
  judged: RunRecord | undefined;
  /** By run id. */
  readonly verdicts: Map<string, Verdict>;
  /** By objective: the newest judged run that measured it. */
  readonly measured: Map<string, Measured>;
}

type Measured = LatestRuns["measured"][number];

/** Sorts ids by time, as `turnOf` does. */
type Turn = (id: string) => string;

/** `now`: absent, no run is of the future. */
export function createHistory(now: () => Instant = () => Infinity): History {
  const turn: Turn = (id) => turnOf(id, now());
  const entries = new Map<string, Entry>();
  const recent = new Map<string, RunSummary[]>();
  let version = 0;
  return {
    version: () => version,
    now,
    noteSummary(run) {
      if (run.ended_at === undefined) return;
      const entry = entries.get(keyOf(run));
      if (entry !== undefined && isJudged(run)) count(entry.verdicts, run, turn);
      recent.set(run.scenario, inserted(recent.get(run.scenario) ?? [], run, turn));
    },
    note(record) {
      const key = keyOf(record);
      if (isKnown(entries.get(key), record)) return;
      version += 1;
      entries.set(key, noted(entries.get(key), record, turn));
      recent.set(record.scenario, inserted(recent.get(record.scenario) ?? [], summaryOf(record), turn));
    },
    latest: () => [...entries.values()].map((entry) => latestOf(entry, turn)),
    of(runs) {
      const entry = entries.get(keyOf(runs));
      return entry && latestOf(entry, turn);
    },
    recent: (scenario) => recent.get(scenario) ?? [],
    last(scenario) {
      const all = [...entries.values()].filter((entry) => entry.last.scenario === scenario);
      return all.map((entry) => entry.last).sort((a, b) => (turn(a.id) < turn(b.id) ? 1 : -1))[0];
    },
    forget(ids) {
      const gone = new Set(ids);
      for (const [scenario, runs] of recent) recent.set(scenario, without(runs, gone));
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

function noted(entry: Entry | undefined, record: RunRecord, turn: Turn): Entry {
  const known: Entry = entry ?? { last: record, judged: undefined, verdicts: new Map(), measured: new Map() };
  // The same id again: its telemetry has been read back meanwhile.
  if (turn(record.id) >= turn(known.last.id)) known.last = record;
  if (!isJudged(record)) return known;
  if (known.judged === undefined || turn(record.id) >= turn(known.judged.id)) known.judged = record;
  count(known.verdicts, record, turn);
  measure(known.measured, record, turn);
  return known;
}

/** What was not measured says nothing, also within a judged run: it leaves what the last one that measured it said. */
function measure(measured: Map<string, Measured>, { id, objectives }: RunRecord, turn: Turn): void {
  for (const result of objectives) {
    const before = measured.get(result.measurement);
    if (result.verdict !== "invalid" && (before === undefined || turn(id) >= turn(before.id)))
      measured.set(result.measurement, { id, result });
  }
}

type Judged = Pick<RunSummary, "id"> & { readonly verdict: Verdict };

/** Invalid says nothing about the target: it neither raises nor resolves what the last judged run said. */
function isJudged<T extends Pick<RunSummary, "id" | "verdict">>(run: T): run is T & Judged {
  return run.verdict !== null && run.verdict !== "invalid";
}

function count(verdicts: Map<string, Verdict>, run: Judged, turn: Turn): void {
  verdicts.set(run.id, run.verdict);
  if (verdicts.size <= VERDICTS) return;
  const oldest = [...verdicts.keys()].reduce((a, b) => (turn(b) < turn(a) ? b : a));
  verdicts.delete(oldest);
}

function latestOf({ last, judged, verdicts, measured }: Entry, turn: Turn): LatestRuns {
  const newestFirst = [...verdicts].sort(([a], [b]) => (turn(a) < turn(b) ? 1 : -1)).map(([, verdict]) => verdict);
  // An objective that the last judged run no longer had is no longer judged.
  const named = judged?.objectives.map(({ measurement }) => measurement) ?? [];
  return {
    ...{ scenario: last.scenario, target: last.target, trigger: last.trigger, last },
    ...(judged === undefined ? {} : { judged }),
    measured: named.flatMap((objective) => measured.get(objective) ?? []),
    consecutiveMissed: inARow(newestFirst, ["warning", "fail"]),
    consecutiveFailed: inARow(newestFirst, ["fail"]),
    lastTwoFailed: newestFirst.slice(0, 2).filter((verdict) => verdict === "fail").length,
  };
}

/** How many of the newest have one of these verdicts, until the first that has another. */
function inARow(newestFirst: readonly Verdict[], words: readonly Verdict[]): number {
  const other = newestFirst.findIndex((verdict) => !words.includes(verdict));
  return other === -1 ? newestFirst.length : other;
}

/** Objectives of the last judged run of which no run that is known measured them. */
export function neverMeasured({ judged, measured }: LatestRuns): readonly string[] {
  const known = measured.map(({ result }) => result.measurement);
  return (judged?.objectives ?? []).map(({ measurement }) => measurement).filter((name) => !known.includes(name));
}

function without(runs: readonly RunSummary[], gone: ReadonlySet<string>): RunSummary[] {
  return runs.filter(({ id }) => !gone.has(id));
}

function inserted(runs: readonly RunSummary[], run: RunSummary, turn: Turn): RunSummary[] {
  const others = runs.filter(({ id }) => id !== run.id);
  return [...others, run].sort((a, b) => (turn(a.id) < turn(b.id) ? -1 : 1)).slice(-RECENT);
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
