/** What the process said of itself after some runs. */
export interface ManyRunsSample {
  readonly runs: number;
  readonly residentMib: number;
  readonly heapMib: number;
  readonly descriptors: number;
  readonly timers: number;
  readonly held: number;
}

/** What comes before is the process's own growing up: code is compiled, pools and caches fill. */
export const GROWN = 0.1;
