// Runs inside k6, not in Node: when each arrival of an open load is to begin, and how late it does.
import { sleep } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import { createArrivals, type ArrivalPlan } from "../../workload/arrivals.ts";

/** What the engine tells of the arrivals. */
export interface PacingConfig extends Pick<ArrivalPlan, "pieces" | "seed" | "total"> {
  /** Absolute path of the table of Poisson arrivals, read once for all users; absent: they come evenly. */
  readonly blocksFile?: string;
}

/** One arrival; milliseconds. */
export interface Arrival {
  /** Since the load began. */
  readonly atMs: number;
  /** How late it begins, every user having been busy. */
  readonly delayMs: number;
}

declare const open: (path: string) => string;

/** To be made while the script is loaded: k6 opens no file later. */
export function createPacing({
  pieces,
  seed,
  total,
  blocksFile,
}: PacingConfig): (begin: number) => Arrival | undefined {
  const blocks =
    blocksFile === undefined
      ? []
      : new SharedArray("chatbench$arrivals", () => JSON.parse(open(blocksFile)) as number[]);
  const instantOf = createArrivals({ pieces, seed }, blocks);
  return (begin) => {
    // The same counter for all users of the load: whoever is free takes the next arrival.
    const index = exec.scenario.iterationInTest;
    if (index >= total) return undefined;
    const atMs = instantOf(index);
    const due = begin + atMs;
    const waitMs = due - Date.now();
    if (waitMs > 0) sleep(waitMs / 1000);
    return { atMs, delayMs: Math.max(0, Date.now() - due) };
  };
}
