import type { Distribution, Traffic } from "../../model/index.ts";

/** When the load was meant to be judged; undefined seconds: until its end. */
export interface PlannedWindow {
  readonly warmupSeconds: number;
  readonly judgedSeconds?: number;
  /** Exceptions of iterations in k6's log: more than the wrapper saw, if the script throws beside its iterations. */
  readonly loggedExceptions?: number;
  /** What a request is; absent: `http`. */
  readonly traffic?: Traffic;
  /** Of an open load: what was to begin in the window. */
  readonly open?: { readonly planned: number; readonly users: number; readonly rate: number };
  /** Somebody asks how many requests met all limits. */
  readonly goodput?: boolean;
}

/** Looks up what k6 says of a metric; of one without samples: zeros. */
export interface Reader {
  count(name: string): number;
  rate(name: string): { passes: number; total: number };
  gauge(name: string): { min: number; max: number } | undefined;
  distribution(name: string): Distribution;
}
