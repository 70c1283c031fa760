import type { LoadFacts } from "../../model/index.ts";
import { shortageIn } from "./shortage.ts";

/** What we learn from k6's own log (JSON lines on standard error) while it runs. */
export interface LogReader {
  read(line: string): void;
  /** Pushes to Prometheus that failed: k6 only logs them. */
  failedPushes(): number;
  /** Exceptions of the script's iterations; those thrown beside them (in a timer, a promise nobody awaits) are only here. */
  exceptions(): number;
  /** Time series that k6 warned of; 0: it did not. */
  seriesWarned(): number;
  /** Requests that k6 could not make for want of something on its own side; undefined: there were none. */
  shortage(): Shortage | undefined;
  /** The last error that k6 logged, in one line. */
  lastError(): string | undefined;
}

type Shortage = NonNullable<LoadFacts["shortage"]>;

export interface LogEvents {
  /** Once, when k6 first warns of the number of its time series. */
  manySeries?(): void;
  /** Each time that our load tests say why an answer failed or was lost (load_tests/lib/complain.ts). */
  complained?(why: string): void;
}

/** k6 v2.2 `internal/output/prometheusrw`: a lost flush, one that took longer than its period, lost stale markers. */
const LOST_PUSH =
  /Failed to send the time series data to the endpoint|Some samples may be dropped|marking time series as stale failed/;
/** k6 v2.2 `metrics/engine`: from 100,000 series on, and again whenever their number has doubled. */
const MANY_SERIES = /generated metrics with (\d+) unique time series/;
/** As load_tests/lib/complain.ts says it. */
const COMPLAINT = /^An (?:answer|exchange) (?:failed|was lost): (.+?)\.?$/s;
const MAX_ERROR = 500;

interface Entry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly source?: unknown;
  readonly hint?: unknown;
  readonly error?: unknown;
  readonly executor?: unknown;
}

export function createLogReader(events: LogEvents = {}): LogReader {
  let seriesWarned = 0;
  let failedPushes = 0;
  let exceptions = 0;
  let lastError: string | undefined;
  let shortage: Shortage | undefined;
  return {
    shortage: () => shortage,
    failedPushes: () => failedPushes,
    exceptions: () => exceptions,
    seriesWarned: () => seriesWarned,
    lastError: () => lastError,
    read(line) {
      if (LOST_PUSH.test(line)) {
        failedPushes += 1;
        return;
      }
      const entry = parseEntry(line);
      const warned = seriesOf(entry);
      if (warned > 0 && seriesWarned === 0) events.manySeries?.();
      seriesWarned = Math.max(seriesWarned, warned);
      if (entry !== undefined && isException(entry)) exceptions += 1;
      const lacked = lackedBy(entry);
      if (lacked !== undefined) shortage = { requests: (shortage?.requests ?? 0) + 1, why: shortage?.why ?? lacked };
      const complaint = complaintOf(entry);
      if (complaint !== undefined) events.complained?.(complaint);
      const text = entry === undefined ? panicOf(line) : errorOf(entry);
      if (text !== undefined) lastError = text;
    },
  };
}

function parseEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Of k6's own words only: a script may print the same. */
function seriesOf(entry: Entry | undefined): number {
  if (entry?.level !== "warning" || entry.source === "console" || typeof entry.msg !== "string") return 0;
  return Number(MANY_SERIES.exec(entry.msg)?.[1] ?? 0);
}

/** Of the script's own words only these are read, and only to be shown. */
function complaintOf(entry: Entry | undefined): string | undefined {
  if (entry?.source !== "console" || typeof entry.msg !== "string") return undefined;
  return COMPLAINT.exec(entry.msg)?.[1];
}

/** k6 logs each exception once; `executor` stands only in what happens in an iteration. */
function isException({ level, msg, source, hint, executor }: Entry): boolean {
  if (level !== "error" || executor === undefined || source === "console") return false;
  return hint === "script exception" || (typeof msg === "string" && msg.startsWith("Uncaught (in promise)"));
}

/** A request that failed says so as a warning, or where the script wants it thrown as an exception. */
function lackedBy(entry: Entry | undefined): string | undefined {
  if (entry === undefined || entry.source === "console") return undefined;
  const { msg, error } = entry;
  const said = msg === "Request Failed" ? error : isException(entry) ? msg : undefined;
  return typeof said === "string" ? shortageIn(said) : undefined;
}

function panicOf(line: string): string | undefined {
  return line.startsWith("panic:") ? line.slice(0, MAX_ERROR) : undefined;
}

function errorOf({ level, msg, source }: Entry): string | undefined {
  if ((level !== "error" && level !== "fatal") || typeof msg !== "string") return undefined;
  if (source === "console") return undefined; // the script's own console.error says nothing of how k6 ended
  return msg
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .slice(0, MAX_ERROR);
}
