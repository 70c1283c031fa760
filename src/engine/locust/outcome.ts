import { reason, type ReasonCode, type TrialOutcome } from "../../model/index.ts";
import { abortedOutcome, type Ending } from "../k6/outcome.ts";

export interface LocustEnding {
  readonly code: number | null;
  readonly signal: string | null;
  /** What we did to it, if anything. */
  readonly cause: Ending["cause"];
  /** How the Python side says that the load ended. */
  readonly ended?: "plan" | "script" | "signal";
  readonly lastError?: string;
  /** The system's out-of-memory killer struck while it ran. */
  readonly outOfMemory: boolean;
}

/** Of the Python side: the script could not be used. */
const UNUSABLE = 64;
/** Of Locust: a listener or a shape of the script threw. */
const THREW = 2;

/** How a Locust process ended, from its exit code, its signal, its own word and what we had done to it. */
export function outcomeOf(ending: LocustEnding): TrialOutcome {
  const { code, signal, cause, ended } = ending;
  if (cause.kind === "stopped") return abortedOutcome(cause.by);
  if (cause.kind === "timeout")
    return broken("timeout", `Ended after its longest time of ${String(Math.round(cause.afterSeconds))} s.`);
  if (signal !== null) {
    return ending.outOfMemory
      ? broken("out_of_memory", `The system ended Locust (${signal}) for lack of memory.`)
      : broken("killed", `Something ended Locust by ${signal}.`);
  }
  const detail = ending.lastError === undefined ? "." : `: ${ending.lastError}`;
  if (code === UNUSABLE) return broken("script_broken", `Locust cannot use the script${detail}`);
  if (code === THREW)
    return broken("script_broken", `An event listener or the load shape of the script threw${detail}`);
  if (code !== 0 && ended !== undefined)
    return broken("marked_failed", `The script marked the test as failed (exit code ${String(code)})${detail}`);
  if (code !== 0) return broken("engine_exit_unknown", `Locust ended with the exit code ${String(code)}${detail}`);
  if (ended === "signal") return abortedOutcome("person"); // its signal was not ours
  return ended === "script" ? abortedOutcome("script") : { kind: "completed", exitCode: 0 };
}

function broken(code: ReasonCode, text: string): TrialOutcome {
  return { kind: "broken", reason: reason(code, text) };
}
