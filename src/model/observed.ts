import type { Instant } from "./names.ts";

/** What was seen of the load generator while it worked, over the judged window. Absent means not seen, never 0. */
export interface GeneratorLoad {
  /** Seconds of the judged window that were watched. */
  readonly watchedSeconds: number;
  /** Cores' worth of CPU time that the engine may use. */
  readonly cores: number;
  /** Cores that it used, in the mean and in the busiest second. */
  readonly usedCores: number;
  readonly usedCoresPeak: number;
  /**
   * Cores that it would have used had it been given one whenever it could run: what it used, and what its threads
   * waited for.
   */
  readonly wantedCores: number;
  /** Seconds in which it wanted nearly all of the cores that it may use; absent in old records. */
  readonly unrestedSeconds?: number;
  /** How long a thread of it waited for a CPU each time that it could run, in the mean. */
  readonly dispatchDelaySeconds: number;
  /** Seconds in which no thread of it ran although it has work in each: it was stopped or frozen. */
  readonly stillSeconds: number;
  /** Share of the quota's periods in which it had used up its share; absent: there is no quota. */
  readonly throttledRatio?: number;
  /** Share of the whole machine's CPU time that was used, and that a hypervisor gave to others. */
  readonly machineBusyRatio?: number;
  readonly machineStolenRatio?: number;
}

/** How the loop of an engine that works on one thread kept up over the judged window, as it noted itself. */
export interface LoopLoad {
  /** CPU seconds a second. */
  readonly cpuShare?: number;
  /** By how much it came round late, at the 99th percentile: an answer can be noticed no sooner. */
  readonly delayP99Seconds?: number;
}

/** What was seen beside the load, from the start of the engine to its end. */
export interface Observed {
  readonly generator?: GeneratorLoad;
  readonly loop?: LoopLoad;
  /** Times at which the time of day jumped against the time that passes: seconds forward, or (negative) back. */
  readonly clockSteps: readonly { readonly at: Instant; readonly seconds: number }[];
}
