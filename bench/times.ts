import { medianInterval, type Interval } from "./statistics.ts";
import type { Run } from "./yard.ts";

/** Seconds, of all Chatbench runs of the comparison. */
export interface Times {
  readonly commandToLoad: Interval;
  /** The parts of it, in the order in which they happen. */
  readonly parts: readonly (readonly [name: string, seconds: Interval])[];
  readonly exitToRecord: Interval;
  /** From k6's exit to the end of the command: record, pages, table. */
  readonly exitToEnd: Interval;
}

/** Reads the times of runs whose k6 calls were noted: version, inspect, run. */
export function timesOf(runs: readonly Run[]): Times {
  const seconds = (between: (run: Run) => number): Interval =>
    medianInterval(runs.map((run) => between(run) / 1000).filter(Number.isFinite));
  const call = (run: Run, what: string): Run["calls"][number] => {
    const found = run.calls.find((one) => one.what === what);
    if (found === undefined) throw new Error(`Chatbench did not call k6 ${what}`);
    return found;
  };
  return {
    commandToLoad: seconds((run) => call(run, "run").startedAt - run.timed.startedAt),
    parts: [
      [
        "node starts, loads Chatbench, reads the configuration",
        seconds((run) => call(run, "version").startedAt - run.timed.startedAt),
      ],
      ["k6 version", seconds((run) => call(run, "version").endedAt - call(run, "version").startedAt)],
      [
        "k6 inspect (k6 runs the script's init code)",
        seconds((run) => call(run, "inspect").endedAt - call(run, "inspect").startedAt),
      ],
      ["between them: folders, wrapper, process starts", seconds(restOf)],
    ],
    exitToRecord: seconds((run) => (run.recordedAt ?? NaN) - call(run, "run").endedAt),
    exitToEnd: seconds((run) => run.timed.startedAt + run.timed.wallSeconds * 1000 - call(run, "run").endedAt),
  };

  function restOf(run: Run): number {
    const [version, inspect, load] = [call(run, "version"), call(run, "inspect"), call(run, "run")];
    return inspect.startedAt - version.endedAt + (load.startedAt - inspect.endedAt);
  }
}
