import { z } from "zod";
import { judgedSecondsOf, type Load, type Timeline, type TimelinePoint } from "../../model/index.ts";

// k6's web dashboard writes one JSON event a line. Every row of `snapshot` holds the values of all metrics known by
// then, in the alphabetical order of their names; `metric` events announce the names.
const Event = z.object({ event: z.string(), data: z.unknown() });
const Names = z.record(z.string(), z.unknown());
const Row = z.array(z.array(z.number().nullable()));
const TREND = ["avg", "max", "med", "min", "p90", "p95", "p99"] as const;

export interface TimelineReader {
  /** Reads one line of the record; returns the point it completes, if any. Lines of other kinds are passed over. */
  read(line: string): TimelinePoint | undefined;
  /** Wall time in milliseconds at which the engine began to count. */
  startedAt(): number | undefined;
}

export function createTimelineReader(): TimelineReader {
  let names: string[] = [];
  let startedAt: number | undefined;
  let lastAt = 0;
  return {
    startedAt: () => startedAt,
    read(line) {
      const event = parseEvent(line);
      if (event?.event === "metric") {
        const found = Names.safeParse(event.data);
        if (found.success) names = [...new Set([...names, ...Object.keys(found.data)])].sort();
      }
      if (event?.event === "start") startedAt = Row.safeParse(event.data).data?.[0]?.[0] ?? undefined;
      if (event?.event !== "snapshot" || startedAt === undefined) return undefined;
      const row = Row.safeParse(event.data);
      const point = row.success ? pointOf(names, row.data, { startedAt, lastAt }) : undefined;
      if (point !== undefined) lastAt = point.at;
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

type Cells = readonly (readonly (number | null)[])[];

function pointOf(
  names: readonly string[],
  row: Cells,
  since: { startedAt: number; lastAt: number },
): TimelinePoint | undefined {
  const cells = (name: string): readonly (number | null)[] => row[names.indexOf(name)] ?? [];
  const wall = cells("time")[0];
  if (wall == null) return undefined;
  const at = (wall - since.startedAt) / 1000;
  if (at <= since.lastAt) return undefined;
  const requests = cells("http_reqs")[0] ?? 0;
  const latency = latencyOf(cells("http_req_duration"));
  return {
    at,
    seconds: at - since.lastAt,
    users: cells("vus")[0] ?? 0,
    requests,
    failed: Math.round((cells("http_req_failed")[0] ?? 0) * requests),
    ...(requests === 0 || latency === undefined ? {} : { latency }),
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

/** The points of a trial with its judged part; undefined when the engine recorded none. */
export function assembleTimeline(points: readonly TimelinePoint[], load: Load): Timeline | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const from = load.warmup.seconds;
  const to = from + (judgedSecondsOf(load) ?? Math.max(0, last.at - from));
  return { judged: { from, to }, points };
}
