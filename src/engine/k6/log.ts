/** What we learn from k6's own log (JSON lines on standard error) while it runs. */
export interface LogReader {
  read(line: string): void;
  /** Pushes to Prometheus that failed: k6 only logs them. */
  failedPushes(): number;
  /** The last error that k6 logged, in one line. */
  lastError(): string | undefined;
}

/** k6 v2.2 `internal/output/prometheusrw`: a lost flush, one that took longer than its period, lost stale markers. */
const LOST_PUSH =
  /Failed to send the time series data to the endpoint|Some samples may be dropped|marking time series as stale failed/;
const MAX_ERROR = 500;

export function createLogReader(): LogReader {
  let failedPushes = 0;
  let lastError: string | undefined;
  return {
    failedPushes: () => failedPushes,
    lastError: () => lastError,
    read(line) {
      if (LOST_PUSH.test(line)) {
        failedPushes += 1;
        return;
      }
      const text = errorOf(line);
      if (text !== undefined) lastError = text;
    },
  };
}

function errorOf(line: string): string | undefined {
  let entry: { level?: unknown; msg?: unknown; source?: unknown };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return line.startsWith("panic:") ? line.slice(0, MAX_ERROR) : undefined;
  }
  if ((entry.level !== "error" && entry.level !== "fatal") || typeof entry.msg !== "string") return undefined;
  if (entry.source === "console") return undefined; // the script's own console.error says nothing of how k6 ended
  return entry.msg
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .slice(0, MAX_ERROR);
}
