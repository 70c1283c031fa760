// Runs inside k6, not in Node: the part of the wrapper that every script shares. It tags the phase of each request,
// counts what k6 does not (exceptions, failed checks of good answers), and hands the whole summary over as a file.
import exec from "k6/execution";
import { Counter, Gauge } from "k6/metrics";
import { watchAnswers, type AnswerHooks, type LastAnswer } from "./answers.ts";
import { publishExchanges } from "./exchanges.ts";
import { ANSWER_TAG, EXCEPTIONS, LOAD_END, LOAD_START, PHASE_TAG, WAITED_THROUGH } from "./names.ts";
import { viewOf, type SummaryData } from "./script-summary.ts";

// At once, not when a script asks for it: the wrapper imports this module before the script.
const attach = watchAnswers();

/** What the engine tells the wrapper; milliseconds since the load began. */
export interface WrapperConfig {
  readonly summaryFile: string;
  readonly warmupMs: number;
  /** Null: the script decides when the load ends. */
  readonly judgedEndMs: number | null;
  /** Offsets of the k6 scenarios (`startTime`), so that each user finds the instant at which the load began. */
  readonly offsetsMs: Readonly<Record<string, number>>;
  /** Requests are the exchanges that the script tells of, not what it sends by k6/http. */
  readonly exchanges?: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

type Script = Readonly<Record<string, unknown>>;
interface ScriptOptions {
  readonly noTeardown?: boolean;
  readonly summaryTrendStats?: readonly string[];
}
type Work = (...args: unknown[]) => unknown;

export interface Instrumented {
  readonly wrap: (work: unknown, name: string) => Work;
  readonly teardown: (data: unknown) => unknown;
  readonly handleSummary: (data: SummaryData) => Record<string, string>;
}

/** Wraps a script once per virtual user. */
export function instrument(script: Script, config: WrapperConfig): Instrumented {
  const exceptions = new Counter(EXCEPTIONS);
  const loadStart = new Gauge(LOAD_START);
  const loadEnd = new Gauge(LOAD_END);
  const waited = new Counter(WAITED_THROUGH);
  const user = createUser(config, { loadBegan: (at) => loadStart.add(at), waitedThrough: () => waited.add(1) });
  if (config.exchanges === true) publishExchanges(user);
  else
    attach({
      beforeRequest: user.mark,
      answered: user.answered,
      wentInCircles: () => exceptions.add(1, { after: "good" }),
    });
  const options = (script.options ?? {}) as ScriptOptions;

  return {
    wrap: (work, name) => {
      if (typeof work !== "function") throw new Error(`the script exports no function "${name}" for the load to call`);
      return wrapIteration(work as Work, user, () => exceptions.add(1, { after: user.lastAnswer() }));
    },
    teardown: (data) => {
      loadEnd.add(Date.now());
      if (typeof script.teardown !== "function" || options.noTeardown === true) return undefined;
      return (script.teardown as Work)(data);
    },
    handleSummary: (data) => {
      const whole = JSON.stringify(data); // before the script can change it
      return { ...scriptSummary(script, data), [config.summaryFile]: whole };
    },
  };
}

function wrapIteration(work: Work, user: User, threw: () => void): Work {
  const ended = <T>(value: T): T => {
    user.mark();
    return value;
  };
  const failed = (error: unknown): never => {
    threw();
    throw error;
  };
  // k6 gives one argument, what setup returned, and no `this`. Rest parameters would cost an array an iteration, and
  // `call` would make k6's engine begin anew inside itself.
  return function iteration(data?: unknown) {
    user.beginIteration();
    let result: unknown;
    try {
      result = work(data);
    } catch (error) {
      return failed(error);
    }
    if (result == null) {
      user.mark();
      return result;
    }
    return isThenable(result) ? result.then(ended, failed) : ended(result);
  };
}

/** The script's options with ours on top; unless the script decides the load, what it says of users and time is left out. */
export function merge(script: unknown, ours: Readonly<Record<string, unknown>>, own: boolean): Record<string, unknown> {
  const options = { ...(script as Record<string, unknown> | undefined) };
  for (const name of own ? [] : ["scenarios", "vus", "duration", "iterations", "stages"])
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy of our own
    delete options[name];
  const stats = [ours.summaryTrendStats, options.summaryTrendStats].flatMap((list) => (list ?? []) as string[]);
  return {
    ...options,
    ...ours,
    summaryTrendStats: [...new Set(stats)],
    noTeardown: false, // ours notes when the load ended; the script's is left out if it wants so
    thresholds: { ...(ours.thresholds as object), ...(options.thresholds as object) },
  };
}

interface User {
  readonly beginIteration: () => void;
  /** Called before each request and after each iteration: the phase of what k6 counts next. */
  readonly mark: () => void;
  /** Of what k6 counts now: empty before the first iteration. */
  readonly phase: () => string;
  readonly answered: AnswerHooks["answered"];
  readonly lastAnswer: () => LastAnswer;
}

interface UserEvents {
  readonly loadBegan: (at: number) => void;
  readonly waitedThrough: () => void;
}

/** k6 looks up `Infinity` and `undefined` in its global object each time: what runs at every request avoids them. */
const NEVER = Infinity;

function createUser(config: WrapperConfig, events: UserEvents): User {
  const judgedEndMs = config.judgedEndMs ?? NEVER;
  // When the load began, and when the next phase does: only where one is to come does a request look at the clock.
  // Setup and teardown begin no iteration, and so enter no phase.
  let [begin, until] = [0, NEVER];
  // Kept, because k6 builds `exec.vu` anew at each look: 26 µs, a quarter of the price of a request.
  let tags: Record<string, unknown> = {};
  let [phase, tagged] = ["", false];
  let last: LastAnswer = "none";
  const enterPhase = (): void => {
    const entered = phaseAt(Date.now() - begin, config.warmupMs, judgedEndMs);
    until = begin + entered.endsMs;
    if (entered.phase !== phase) tags[PHASE_TAG] = phase = entered.phase;
  };
  const mark = (): void => {
    if (until !== NEVER && Date.now() >= until) enterPhase();
    if (tagged) takeOff(tags);
    tagged = false;
  };
  return {
    beginIteration() {
      if (phase === "") {
        tags = exec.vu.metrics.tags;
        begin = exec.scenario.startTime - (config.offsetsMs[exec.scenario.name] ?? 0);
        until = 0;
        events.loadBegan(begin);
      }
      last = "none";
      mark();
      // k6 takes all tags off a user that it starts again (in another scenario, or after users became fewer).
      tags[PHASE_TAG] = phase;
    },
    mark,
    phase: () => phase,
    answered(answer) {
      last = answer;
      if (phase === "warmup" && Date.now() - begin >= judgedEndMs) events.waitedThrough();
      if (answer === "good") return;
      tags[ANSWER_TAG] = answer;
      tagged = true;
    },
    lastAnswer: () => last,
  };
}

function takeOff(tags: Record<string, unknown>): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to take a tag off a k6 user
  delete tags[ANSWER_TAG];
}

function phaseAt(elapsedMs: number, warmupMs: number, judgedEndMs: number): { phase: string; endsMs: number } {
  if (elapsedMs < warmupMs) return { phase: "warmup", endsMs: warmupMs };
  return elapsedMs < judgedEndMs ? { phase: "judged", endsMs: judgedEndMs } : { phase: "tail", endsMs: Infinity };
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** The script's own handleSummary, which sees no metric of ours; if it throws, our summary is written all the same. */
function scriptSummary(script: Script, data: SummaryData): Record<string, string> {
  if (typeof script.handleSummary !== "function") return {};
  try {
    const view = viewOf(data, ((script.options ?? {}) as ScriptOptions).summaryTrendStats);
    return ((script.handleSummary as Work)(view) ?? {}) as Record<string, string>;
  } catch (error) {
    console.error(`handleSummary of the script threw: ${String(error)}`);
    return {};
  }
}
