import type { Objective } from "./objective.ts";
import type { Verdict } from "./verdict.ts";

/** A standing objective of a target: judged over a window from Prometheus, shown beside the runs. */
export interface UptimeObjective {
  /** Its measurement is `uptime`. */
  readonly objective: Objective;
  /** How far back it is judged. */
  readonly windowSeconds: number;
}

/** The window where a target sets none: 30 days. */
export const UPTIME_WINDOW_SECONDS = 30 * 86_400;

/** What Prometheus holds of a target's probes in its window. */
export interface UptimeReading {
  readonly probes: number;
  /** Those that the target answered. */
  readonly answered: number;
  /** How often the job asks: what was not asked is known by it. */
  readonly intervalSeconds: number;
}

/** A target's uptime as it is shown; `invalid`: not judged, and the reason says why. */
export interface Uptime {
  readonly target: string;
  readonly windowSeconds: number;
  /** Absent: the target sets no objective. */
  readonly objective?: Objective;
  /** Share of the probes that were answered, 0 to 1; absent: not measured. */
  readonly value?: number;
  /** Share of the window's probes that were made, 0 to 1: a gap is neither uptime nor downtime. */
  readonly coverage?: number;
  readonly probes?: number;
  readonly verdict: Verdict;
  /** One sentence: value, limit, window, and how much of it was measured; or why nothing is known. */
  readonly reason: string;
}
