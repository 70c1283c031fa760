// Runs inside k6, not in Node: the part of the wrapper that every script shares. It tags the phase of each request,
// counts what k6 does not (exceptions, failed checks of good answers), and hands the whole summary over as a file.
import { Counter, Gauge, Rate, Trend } from "k6/metrics";
import { watchAnswers } from "./answers.ts";
import { publishExchanges } from "./exchanges.ts";
import type { AnswerLimits } from "./limits.ts";
import { EXCEPTIONS, FAILED_WAIT, LOAD_END, LOAD_START, WAITED_IN_VAIN, WAITED_THROUGH } from "./names.ts";
import { createPacing, type PacingConfig } from "./pacing.ts";
import { viewOf, type OurMetrics, type SummaryData } from "./script-summary.ts";
import { createTiming, type TimingConfig } from "./timing.ts";
import { createUser, type PhaseConfig, type User, type UserEvents } from "./user.ts";

// At once, not when a script asks for it: the wrapper imports this module before the script.
const attach = watchAnswers();

/** What the engine tells the wrapper; milliseconds since the load began. */
export interface WrapperConfig extends PhaseConfig {
  /** Requests are the exchanges that the script tells of, not what it sends by k6/http. */
  readonly exchanges?: boolean;
  /** Iterations are arrivals, each with its intended start. */
  readonly arrivals?: PacingConfig;
  /** What requests are held to for goodput; absent: nobody asks for it. */
  readonly limits?: AnswerLimits;
}

/**
 * What concerns the whole load. k6 reads the options, tears down and sums up in copies of the script that are no user
 * (`__VU` is 0): only those need it, and there may be thousands of the others.
 */
export interface WholeConfig {
  readonly summaryFile: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Metrics that must exist, whether the script has them or not: k6 refuses thresholds on others. */
  readonly metrics: Readonly<Record<"Counter" | "Rate" | "Trend", readonly string[]>>;
  readonly ours: OurMetrics;
}

type Script = Readonly<Record<string, unknown>>;
interface ScriptOptions {
  readonly noTeardown?: boolean;
  readonly summaryTrendStats?: readonly string[];
}
/** Texts by the file that k6 is to write them to. */
type Summaries = Record<string, string>;
type Work = (...args: unknown[]) => unknown;

export interface Instrumented {
  readonly wrap: (work: unknown, name: string) => Work;
  readonly teardown: (data: unknown) => unknown;
  readonly handleSummary: (data: SummaryData) => Summaries | Promise<Summaries>;
}

/** Wraps a script once per virtual user; `whole` is given to the copies that are no user. */
export function instrument(script: Script, config: WrapperConfig, whole?: WholeConfig): Instrumented {
  const exceptions = new Counter(EXCEPTIONS);
  const [loadStart, loadEnd] = [new Gauge(LOAD_START), new Gauge(LOAD_END)];
  const timing = createTiming(timingOf(config));
  const user = createUser(config, {
    loadBegan: (at) => loadStart.add(at),
    ...countWaiting(),
    begun: (delayMs) => timing?.begun(delayMs),
    ...(config.arrivals && { nextArrival: createPacing(config.arrivals) }),
  });
  if (whole !== undefined) makeMetrics(whole);
  if (config.exchanges === true) publishExchanges(user, timing);
  else
    attach({
      beforeRequest: user.mark,
      answered: user.answered,
      wentInCircles: () => exceptions.add(1, { after: "good" }),
      ...(timing && { measured: timing.answered }),
    });
  const options = (script.options ?? {}) as ScriptOptions;

  return {
    wrap: (work, name) => {
      if (typeof work !== "function") throw new Error(`the script exports no function "${name}" for the load to call`);
      return wrapIteration(work as Work, user, {
        threw: () => exceptions.add(1, { after: user.lastAnswer() }),
        ended: () => timing?.ended(),
      });
    },
    teardown: (data) => {
      loadEnd.add(Date.now());
      if (typeof script.teardown !== "function" || options.noTeardown === true) return undefined;
      return (script.teardown as Work)(data);
    },
    handleSummary: (data) => (whole === undefined ? {} : summaries(script, data, whole)),
  };
}

function makeMetrics({ metrics: { Counter: counters, Rate: rates, Trend: trends } }: WholeConfig): void {
  counters.forEach((name) => new Counter(name));
  rates.forEach((name) => new Rate(name));
  trends.forEach((name) => new Trend(name, true));
}

/** Waiting that no latency holds. */
function countWaiting(): Pick<UserEvents, "waitedThrough" | "waitedInVain"> {
  const [through, inVain, failedWait] = [
    new Counter(WAITED_THROUGH),
    new Counter(WAITED_IN_VAIN),
    new Counter(FAILED_WAIT),
  ];
  return {
    waitedThrough(answer) {
      through.add(1);
      if (answer === "failed") inVain.add(1);
    },
    waitedInVain: (ms) => failedWait.add(ms),
  };
}

function timingOf({ arrivals, exchanges = false, limits }: WrapperConfig): TimingConfig {
  return { open: arrivals !== undefined, exchanges, ...(limits && { limits }) };
}

interface IterationEvents {
  readonly threw: () => void;
  readonly ended: () => void;
}

function wrapIteration(work: Work, user: User, events: IterationEvents): Work {
  const ended = <T>(value: T): T => {
    user.mark();
    events.ended();
    return value;
  };
  const failed = (error: unknown): never => {
    events.threw();
    events.ended();
    throw error;
  };
  // k6 gives one argument, what setup returned, and no `this`. Rest parameters would cost an array an iteration, and
  // `call` would make k6's engine begin anew inside itself.
  return function iteration(data?: unknown) {
    if (!user.beginIteration()) return undefined;
    let result: unknown;
    try {
      result = work(data);
    } catch (error) {
      return failed(error);
    }
    if (result == null) return ended(result);
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
    blacklistIPs: [ours.blacklistIPs, options.blacklistIPs].flatMap((list) => (list ?? []) as string[]),
    noTeardown: false, // ours notes when the load ended; the script's is left out if it wants so
    thresholds: { ...(ours.thresholds as object), ...(options.thresholds as object) },
  };
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Ours beside what the script's own handleSummary wants written, also where that is to come later. */
function summaries(script: Script, data: SummaryData, whole: WholeConfig): Summaries | Promise<Summaries> {
  const text = JSON.stringify(data); // before the script can change it
  const withOurs = (own: unknown): Summaries => ({ ...(own as Summaries | undefined), [whole.summaryFile]: text });
  const own = scriptSummary(script, data, whole.ours);
  return isThenable(own) ? own.then(withOurs, (error: unknown) => withOurs(summaryThrew(error))) : withOurs(own);
}

/** The script's own handleSummary, which sees no metric of ours; if it throws, our summary is written all the same. */
function scriptSummary(script: Script, data: SummaryData, ours: OurMetrics): unknown {
  if (typeof script.handleSummary !== "function") return {};
  try {
    const view = viewOf(data, ours, ((script.options ?? {}) as ScriptOptions).summaryTrendStats);
    return (script.handleSummary as Work)(view);
  } catch (error) {
    return summaryThrew(error);
  }
}

function summaryThrew(error: unknown): Summaries {
  console.error(`handleSummary of the script threw: ${String(error)}`);
  return {};
}
