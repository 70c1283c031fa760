import type { Clock, Engine, Environment, Plan, Progress, Records, RunRecord, SeriesReader } from "../model/index.ts";

export interface RunDeps {
  readonly engine: Engine;
  readonly records: Records;
  readonly clock: Clock;
  readonly plan: Plan;
  /** Where the run takes place, for the record. */
  readonly environment: (engine: string) => Environment;
  /** Where series go and who reads them back; absent: the run happens without. */
  readonly prometheus?: { readonly url: string; readonly reader: SeriesReader };
  /** Aborted with an AbortedBy word: end the load gracefully. */
  readonly stop: AbortSignal;
  /** Aborted: kill what runs, now. */
  readonly kill: AbortSignal;
  onProgress(progress: Progress): void;
  /** The record is on disk, the series are not read back yet: tell people now. */
  onRecorded(record: RunRecord): void;
}
