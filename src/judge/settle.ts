import {
  type AbortedBy,
  type Reason,
  reason,
  type TerminalState,
  type TrialOutcome,
  type Verdict,
} from "../model/index.ts";

export interface Settlement {
  readonly state: Extract<TerminalState, "finished" | "error" | "aborted">;
  /** Null unless finished. */
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly abortedBy?: AbortedBy;
}

/**
 * The table of design.md section 2: how the engine ended, and what was judged, to what the run is called.
 * @param judgement of the judged trial; undefined where the engine left no whole summary: that is an error, whatever
 * its exit code.
 */
export function settle(
  outcome: TrialOutcome,
  judgement: { readonly verdict: Verdict; readonly reason: Reason | null } | undefined,
): Settlement {
  switch (outcome.kind) {
    case "broken":
      return { state: "error", verdict: null, reason: outcome.reason };
    case "aborted":
      return { state: "aborted", verdict: null, reason: outcome.reason, abortedBy: outcome.by };
    case "completed":
      if (judgement === undefined) {
        const text = "The engine ended normally but left no whole summary, so there is nothing to judge.";
        return { state: "error", verdict: null, reason: reason("no_summary", text) };
      }
      return { state: "finished", verdict: judgement.verdict, reason: judgement.reason };
  }
}
