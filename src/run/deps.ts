import type {
  Clock,
  Engine,
  OpenWatch,
  Owner,
  Plan,
  Progress,
  Records,
  RunRecord,
  SeriesReader,
  Survey,
} from "../model/index.ts";

/** Where series go and who reads them back. */
export interface SeriesDeps {
  readonly url: string;
  readonly reader: SeriesReader;
}

export type ReadPrompts = (
  path: string,
) => Promise<{ readonly text: string; readonly sha256: string } | { readonly problem: string }>;

export type WorkState = "preparing" | "running" | "judging";

/** Why a run is killed whose row was taken from this process: it is lost, whatever it measured. */
export const TAKEN = "taken";

export interface RunDeps {
  readonly engine: Engine;
  readonly records: Records;
  readonly clock: Clock;
  readonly plan: Plan;
  /** This process, for the folder: whoever finds it without a record can tell whether the run died. */
  readonly owner: Owner;
  /** Looks at where the run takes place, before its load. */
  readonly survey: Survey;
  /** Opens what of the target's system can be watched; absent: nothing is. */
  readonly watch?: OpenWatch;
  /** Text and sha256 of a prompt file, or one sentence; absent: only generated prompts can be sent. */
  readonly readPrompts?: ReadPrompts;
  /** Absent: the run happens without. */
  readonly prometheus?: SeriesDeps;
  /** Aborted with an AbortedBy word: end the load gracefully. */
  readonly stop: AbortSignal;
  /** Aborted: kill what runs, now; with TAKEN: the run is lost. */
  readonly kill: AbortSignal;
  onState(state: WorkState): void;
  onProgress(progress: Progress): void;
  /** The record is on disk, the series are not read back yet: tell people now. */
  onRecorded(record: RunRecord): void;
}
