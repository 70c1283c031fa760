// Runs inside k6, not in Node: one virtual user, the phase it is in, and what its last answer was.
import exec from "k6/execution";
import type { AnswerHooks, LastAnswer } from "./answers.ts";
import { ANSWER_TAG, PHASE_TAG } from "./names.ts";
import type { Arrival } from "./pacing.ts";

/** When which phase is; milliseconds since the load began. */
export interface PhaseConfig {
  readonly warmupMs: number;
  /** Null: the script decides when the load ends. */
  readonly judgedEndMs: number | null;
  /** Offsets of the k6 scenarios (`startTime`), so that each user finds the instant at which the load began. */
  readonly offsetsMs: Readonly<Record<string, number>>;
}

export interface User {
  /** False: there is nothing left to do. */
  readonly beginIteration: () => boolean;
  /** Called before each request and after each iteration: the phase of what k6 counts next. */
  readonly mark: () => void;
  /** Of what k6 counts now: empty before the first iteration. */
  readonly phase: () => string;
  readonly answered: AnswerHooks["answered"];
  readonly lastAnswer: () => LastAnswer;
}

export interface UserEvents {
  readonly loadBegan: (at: number) => void;
  readonly waitedThrough: (answer: LastAnswer) => void;
  /** A request has failed for which the user waited so long within the judged window; in milliseconds. */
  readonly waitedInVain: (ms: number) => void;
  /** An iteration begins, so late. */
  readonly begun: (delayMs: number) => void;
  /** Of an open load: waits until the next arrival is due, and tells its phase for all that it measures. */
  readonly nextArrival?: (begin: number) => Arrival | undefined;
}

/** k6 looks up `Infinity` and `undefined` in its global object each time: what runs at every request avoids them. */
const NEVER = Infinity;
/** The end of a judged window that the script decides: the clock is looked at all the same. */
const OPEN_END = Number.MAX_SAFE_INTEGER;

/** One virtual user of the load; its functions run at every request, so they look up as little as they can. */
export function createUser(config: PhaseConfig, events: UserEvents): User {
  const answerTag = createAnswerTag();
  // When the load began, and when the next phase does: only where one is to come does a request look at the clock.
  // Setup and teardown begin no iteration, and so enter no phase.
  let [begin, until, phase, askedAt] = [0, NEVER, "", 0];
  // Kept, because k6 builds `exec.vu` anew at each look: 26 µs, a quarter of the price of a request.
  let tags: Record<string, unknown> = {};
  let last: LastAnswer = "none";
  const enter = (entered: Phase): void => {
    if (until !== NEVER) until = begin + entered.endsMs;
    if (entered.phase !== phase) tags[PHASE_TAG] = phase = entered.phase;
  };
  const mark = (): void => {
    if (until !== NEVER && (askedAt = Date.now()) >= until) enter(phaseAt(askedAt - begin, config));
    answerTag.takeOff(tags);
  };
  return {
    beginIteration() {
      if (phase === "") {
        [tags, begin] = [exec.vu.metrics.tags, beginOf(config)];
        until = events.nextArrival === undefined ? 0 : NEVER;
        events.loadBegan(begin);
      }
      last = "none";
      mark();
      const arrival = events.nextArrival?.(begin);
      // The whole of an arrival belongs to the phase in which it was to begin, however late it is.
      if (arrival !== undefined) enter(phaseAt(arrival.atMs, config));
      else if (events.nextArrival !== undefined) return false;
      // k6 takes all tags off a user that it starts again (in another scenario, or after users became fewer).
      tags[PHASE_TAG] = phase;
      events.begun(arrival?.delayMs ?? 0);
      return true;
    },
    mark,
    phase: () => phase,
    answered(answer) {
      last = answer;
      if (phase === "warmup" && until !== NEVER && isPast(begin, config)) events.waitedThrough(answer);
      if (answer === "failed" && until !== NEVER) events.waitedInVain(judgedWait(askedAt - begin, begin, config));
      if (answer !== "good") answerTag.putOn(tags, answer);
    },
    lastAnswer: () => last,
  };
}

/** Is the judged window over? */
function isPast(begin: number, { judgedEndMs }: PhaseConfig): boolean {
  return Date.now() - begin >= (judgedEndMs ?? OPEN_END);
}

/**
 * How long a request that has failed now kept its user waiting within the judged window: who waits for what fails asks
 * less often, and so is less of the error rate than of the users. An open load asks on all the same.
 */
function judgedWait(askedMs: number, begin: number, { warmupMs, judgedEndMs }: PhaseConfig): number {
  const until = Math.min(Date.now() - begin, judgedEndMs ?? OPEN_END);
  return Math.max(0, until - Math.max(askedMs, warmupMs));
}

/** The tag of a user whose last answer was not good. */
function createAnswerTag() {
  let on = false;
  return {
    putOn(tags: Record<string, unknown>, answer: LastAnswer): void {
      tags[ANSWER_TAG] = answer;
      on = true;
    },
    takeOff(tags: Record<string, unknown>): void {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to take a tag off a k6 user
      if (on) delete tags[ANSWER_TAG];
      on = false;
    },
  };
}

interface Phase {
  readonly phase: string;
  readonly endsMs: number;
}

function beginOf({ offsetsMs }: PhaseConfig): number {
  return exec.scenario.startTime - (offsetsMs[exec.scenario.name] ?? 0);
}

function phaseAt(elapsedMs: number, { warmupMs, judgedEndMs }: PhaseConfig): Phase {
  if (elapsedMs < warmupMs) return { phase: "warmup", endsMs: warmupMs };
  const endMs = judgedEndMs ?? OPEN_END;
  return elapsedMs < endMs ? { phase: "judged", endsMs: endMs } : { phase: "tail", endsMs: Infinity };
}
