import { formatCount, reason, type AbortedBy, type ReasonCode, type TrialOutcome } from "../../model/index.ts";

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** What we did to it, if anything. */
  readonly cause:
    | { readonly kind: "none" }
    | { readonly kind: "stopped"; readonly by: AbortedBy }
    | { readonly kind: "timeout"; readonly afterSeconds: number }
    | { readonly kind: "too_many_series" };
  /** Time series that the engine warned of. */
  readonly seriesWarned?: number;
  readonly lastError?: string;
  /** The system's out-of-memory killer struck while it ran. */
  readonly outOfMemory: boolean;
}

/** k6's exit codes (v2.2 `errext/exitcodes`) other than 0 and 99, which alone may be judged. */
const EXIT_CODES: Readonly<Record<number, { readonly code: ReasonCode; readonly text: string }>> = {
  100: { code: "setup_timeout", text: "The script's setup() took too long" },
  101: { code: "teardown_timeout", text: "The script's teardown() took too long" },
  102: { code: "timeout", text: "k6 gave up waiting" },
  103: { code: "stopped_by_api", text: "k6 was stopped through its REST API" },
  104: { code: "engine_configuration", text: "k6 refused the options of the script" },
  106: { code: "engine_failed_to_start", text: "k6 could not start its REST API" },
  107: { code: "script_broken", text: "The script threw an exception" },
  109: { code: "panic", text: "k6 itself crashed" },
  110: { code: "marked_failed", text: "The script marked the test as failed" },
};

const ABORTED = {
  person: { code: "aborted_by_person", text: "Stopped by a person." },
  shutdown: { code: "aborted_by_shutdown", text: "Stopped because Chatbench was shut down." },
  spend_cap: { code: "aborted_by_spend_cap", text: "Stopped at the spend cap." },
  schedule: { code: "aborted_by_schedule", text: "Stopped because its next scheduled slot was due." },
  script: { code: "aborted_by_script", text: "The script ended the test by test.abort()." },
} as const satisfies Record<AbortedBy, { code: ReasonCode; text: string }>;

/** How a k6 process ended, from its exit code, signal and what we had done to it: both are needed, neither is enough. */
export function outcomeOf(ending: Ending): TrialOutcome {
  if (ending.cause.kind === "stopped") return abortedOutcome(ending.cause.by);
  if (ending.cause.kind === "timeout") {
    const seconds = Math.round(ending.cause.afterSeconds);
    return broken("timeout", `Ended after its longest time of ${String(seconds)} s.`);
  }
  if (ending.cause.kind === "too_many_series") {
    const series = formatCount(ending.seriesWarned ?? 0);
    return broken(
      "too_many_series",
      `Ended because the script makes new time series without end, ${series} by then: its tags or names hold addresses, ids or texts. Give what requests have in common as their tag \`name\`, and no tag a value that is always new.`,
    );
  }
  if (ending.signal !== null) {
    return ending.outOfMemory
      ? broken("out_of_memory", `The system ended k6 (${ending.signal}) for lack of memory.`)
      : broken("killed", `Something ended k6 by ${ending.signal}.`);
  }
  if (ending.code === 0 || ending.code === 99) return { kind: "completed", exitCode: ending.code };
  if (ending.code === 105) return abortedOutcome("person");
  if (ending.code === 108) return abortedOutcome("script");
  const known = EXIT_CODES[ending.code ?? -1];
  const detail = ending.lastError === undefined ? "." : `: ${ending.lastError}`;
  if (known === undefined)
    return broken("engine_exit_unknown", `k6 ended with the unknown exit code ${String(ending.code)}${detail}`);
  return broken(known.code, `${known.text} (k6 exit code ${String(ending.code)})${detail}`);
}

/** A trial that somebody ended, started or not. */
export function abortedOutcome(by: AbortedBy): TrialOutcome {
  return { kind: "aborted", by, reason: reason(ABORTED[by].code, ABORTED[by].text) };
}

function broken(code: ReasonCode, text: string): TrialOutcome {
  return { kind: "broken", reason: reason(code, text) };
}
