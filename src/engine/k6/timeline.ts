import { z } from "zod";
import {
  isOpen,
  judgedSecondsOf,
  type Load,
  type LoadFacts,
  type Timeline,
  type TimelinePoint,
  type Traffic,
} from "../../model/index.ts";
import { LOAD_START } from "./names.ts";
import { liveLatencyOf, liveMetricsOf } from "./summary-names.ts";

// k6's web dashboard writes one JSON event a line. Every row of `snapshot` holds the values of all metrics known by
// then, in the alphabetical order of their names; `metric` events announce the names.
const Event = z.object({ event: z.string(), data: z.unknown() });
const Names = z.record(z.string(), z.unknown());
const Row = z.array(z.array(z.number().nullable()));
const TREND = ["avg", "max", "med", "min", "p90", "p95", "p99"] as const;

/** A period as the engine recorded it; `at` counts from the start of the engine, setup of the script included. */
export interface RecordedPoint extends TimelinePoint {
  /** The engine counts its users about once a second, not in step with the periods: in some it does not. */
  readonly usersCounted: boolean;
}

export interface TimelineReader {
  /** Reads one line of the record; returns the point it completes, if any. Lines of other kinds are passed over. */
  read(line: string): RecordedPoint | undefined;
  /** Wall time in milliseconds at which the engine began to count. */
  startedAt(): number | undefined;
  /** Wall time in milliseconds at which the load began, after the script's setup; undefined until then. */
  loadAt(): number | undefined;
}

export interface TimelineSource {
  /** What a request is: of exchanges the engine records the same figures under other names. */
  readonly traffic?: Traffic;
  /** Of an open load latency counts from the intended start. */
  readonly load?: Load;
}

export function createTimelineReader({ traffic = "http", load }: TimelineSource = {}): TimelineReader {
  const latency = liveLatencyOf(traffic, load !== undefined && isOpen(load));
  let names: string[] = [];
  let startedAt: number | undefined;
  let loadAt: number | undefined;
  let last = { at: 0, users: 0 };
  return {
    startedAt: () => startedAt,
    loadAt: () => loadAt,
    read(line) {
      const event = parseEvent(line);
      if (event?.event === "metric") {
        const found = Names.safeParse(event.data);
        if (found.success) names = [...new Set([...names, ...Object.keys(found.data)])].sort();
      }
      if (event?.event === "start") startedAt = Row.safeParse(event.data).data?.[0]?.[0] ?? undefined;
      const row = event?.event === "snapshot" ? Row.safeParse(event.data).data : undefined;
      if (row === undefined || startedAt === undefined) return undefined;
      loadAt ??= row[names.indexOf(LOAD_START)]?.[0] ?? undefined;
      const point = pointOf(names, row, { startedAt, lastAt: last.at, users: last.users, traffic, latency });
      if (point !== undefined) last = point;
      return point;
    },
  };
}

function parseEvent(line: string): z.infer<typeof Event> | undefined {
  try {
    return Event.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // a line cut off by the end of k6
  }
}

type LiveLatency = ReturnType<typeof liveLatencyOf>;
type Cells = readonly (readonly (number | null)[])[];

function pointOf(
  names: readonly string[],
  row: Cells,
  since: { startedAt: number; lastAt: number; users: number; traffic: Traffic; latency: LiveLatency },
): RecordedPoint | undefined {
  const cells = (name: string): readonly (number | null)[] => row[names.indexOf(name)] ?? [];
  const wall = cells("time")[0];
  if (wall == null) return undefined;
  const at = (wall - since.startedAt) / 1000;
  if (at <= since.lastAt) return undefined;
  const live = liveMetricsOf(since.traffic);
  const requests = cells(live.requests)[0] ?? 0;
  const failed = Math.round((cells(live.failed)[0] ?? 0) * requests);
  const latency = latencyOf(cells(since.latency.name));
  const users = cells("vus")[0];
  return {
    at,
    seconds: at - since.lastAt,
    users: users ?? since.users,
    usersCounted: users != null,
    requests,
    failed,
    ...(requests === 0 || latency === undefined ? {} : { latency }),
    ...(since.latency.ofGood ? { ofGood: true } : {}),
  };
}

function latencyOf(cells: readonly (number | null)[]): TimelinePoint["latency"] | undefined {
  const [, max, p50, min, p90, p95, p99] = TREND.map((_, index) => cells[index]).map((ms) =>
    ms == null ? undefined : ms / 1000,
  );
  if (
    min === undefined ||
    p50 === undefined ||
    p90 === undefined ||
    p95 === undefined ||
    p99 === undefined ||
    max === undefined
  )
    return undefined;
  return { min, p50, p90, p95, p99, max };
}

export interface Recorded {
  readonly points: readonly RecordedPoint[];
  /** Wall time in milliseconds of the engine's start. */
  readonly startedAt: number | undefined;
  /** Wall time in milliseconds of the load's start as the record tells it; used where there is no whole summary. */
  readonly loadAt?: number | undefined;
}

/**
 * The points of a trial with its judged part, in seconds since the load began; undefined when the engine recorded none.
 */
export function assembleTimeline(
  recorded: Recorded,
  load: Load,
  window: LoadFacts["window"] | undefined,
): Timeline | undefined {
  const from = load.warmup.seconds;
  const points = sinceLoad(recorded, window === undefined ? recorded.loadAt : window.startedAt - from * 1000);
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const seconds = judgedSecondsOf(load) ?? window?.seconds ?? Math.max(0, last.at - from);
  return { judged: { from, to: from + seconds }, points };
}

/** Leaves out what came before the load (the script's setup). */
function sinceLoad({ points, startedAt }: Recorded, loadAt: number | undefined): readonly TimelinePoint[] {
  const before = startedAt === undefined || loadAt === undefined ? 0 : Math.max(0, (loadAt - startedAt) / 1000);
  const kept = points.filter(({ at }) => at > before);
  // Users were last counted before the load began: what is first counted in it is what it began with.
  const counted = kept.findIndex(({ usersCounted }, index) => index > 0 && usersCounted);
  return kept.map(({ at, seconds, users, requests, failed, latency, ofGood }, index) => ({
    at: at - before,
    seconds: Math.min(seconds, at - before),
    users: users === 0 && index < counted ? (kept[counted]?.users ?? 0) : users,
    requests,
    failed,
    ...(latency && { latency }),
    ...(ofGood && { ofGood }),
  }));
}
