import type { QueuedRun, RunRecord, Scenario, SkippedSlots } from "../model/index.ts";
import type { ExecutedRun } from "./execute.ts";

/** What whoever composes the daemon hears of runs and slots. Told as it happens; none of them may throw. */
export interface RunEvents {
  /** `waitedSeconds`: from queued to begun. */
  runBegan(run: QueuedRun, waitedSeconds: number): void;
  /** A run is over and its record is on disk: also one that was lost, withdrawn or could not begin. */
  runEnded(record: RunRecord): void;
  /** Its series are read back too: its pages can be written. */
  runDone(executed: ExecutedRun): void;
  slotsSkipped(scenario: Scenario, skipped: SkippedSlots): void;
}
