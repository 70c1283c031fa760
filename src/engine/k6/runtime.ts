// Runs inside k6, not in Node: the part of the wrapper that every script shares. It tags the phase of each request,
// counts what k6 does not (exceptions, failed checks of good answers), and hands the whole summary over as a file.
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Gauge } from "k6/metrics";
import { ANSWER_TAG, EXCEPTIONS, LOAD_END, LOAD_START, OWN_METRICS } from "./names.ts";

/** What the engine tells the wrapper; milliseconds since the load began. */
export interface WrapperConfig {
  readonly summaryFile: string;
  readonly warmupMs: number;
  /** Null: the script decides when the load ends. */
  readonly judgedEndMs: number | null;
  /** Offsets of the k6 scenarios (`startTime`), so that each user finds the instant at which the load began. */
  readonly offsetsMs: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, unknown>>;
}

type Script = Readonly<Record<string, unknown>>;
type Work = (...args: unknown[]) => unknown;
type LastAnswer = "none" | "good" | "failed" | "mixed";
interface SummaryData {
  metrics: Record<string, unknown>;
}

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
  const user = createUser(config, (at) => loadStart.add(at));
  watchAnswers(user);

  return {
    wrap: (work, name) => {
      if (typeof work !== "function") throw new Error(`the script exports no function "${name}" for the load to call`);
      return wrapIteration(work as Work, user, () => exceptions.add(1, { after: user.lastAnswer() }));
    },
    teardown: (data) => {
      loadEnd.add(Date.now());
      return typeof script.teardown === "function" ? (script.teardown as Work)(data) : undefined;
    },
    handleSummary: (data) => ({ ...scriptSummary(script, data), [config.summaryFile]: JSON.stringify(data) }),
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
  return function iteration(this: unknown, ...args) {
    user.beginIteration();
    let result: unknown;
    try {
      result = work.apply(this, args);
    } catch (error) {
      return failed(error);
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
  return { ...options, ...ours, thresholds: { ...(ours.thresholds as object), ...(options.thresholds as object) } };
}

interface User {
  beginIteration(): void;
  /** Called before each request and after each iteration: the phase of what k6 counts next. */
  mark(): void;
  answered(answer: LastAnswer): void;
  lastAnswer(): LastAnswer;
}

function createUser(config: WrapperConfig, onLoadStart: (at: number) => void): User {
  const judgedEndMs = config.judgedEndMs ?? Infinity;
  let begin: number | undefined;
  let phase = "";
  let tagged = false;
  let last: LastAnswer = "none";
  const mark = (): void => {
    if (begin === undefined) return; // setup and teardown belong to no phase
    const elapsed = Date.now() - begin;
    const now = elapsed < config.warmupMs ? "warmup" : elapsed < judgedEndMs ? "judged" : "tail";
    if (now !== phase) exec.vu.metrics.tags.phase = phase = now;
    if (!tagged) return;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to take a tag off a k6 user
    delete exec.vu.metrics.tags[ANSWER_TAG];
    tagged = false;
  };
  return {
    beginIteration() {
      if (begin === undefined) {
        begin = exec.scenario.startTime - (config.offsetsMs[exec.scenario.name] ?? 0);
        onLoadStart(begin);
      }
      last = "none";
      mark();
    },
    mark,
    answered(answer) {
      last = answer;
      if (answer !== "failed" && answer !== "mixed") return;
      exec.vu.metrics.tags[ANSWER_TAG] = answer;
      tagged = true;
    },
    lastAnswer: () => last,
  };
}

/**
 * k6's summary cannot tell a failed check of a good answer from one of an answer that has failed anyway. So the
 * functions of k6/http (named imports read them from this same object) tag the user after an answer that failed.
 */
function watchAnswers(user: User): void {
  const functions = http as unknown as Record<string, Work>;
  let ownExpectation = false;
  const judge = (response: unknown): LastAnswer => {
    const status = (response as { status?: number } | null)?.status ?? 0;
    if (ownExpectation) return status === 200 ? "good" : "mixed";
    return status >= 200 && status < 400 ? "good" : "failed";
  };
  const patch = (name: string, after: (result: unknown) => void): void => {
    const original = functions[name];
    if (original === undefined) return;
    functions[name] = (...args) => {
      user.mark();
      const result = original.apply(http, args);
      after(result);
      return result;
    };
  };
  for (const name of ["get", "post", "put", "patch", "del", "head", "options", "request"])
    patch(name, (result) => user.answered(judge(result)));
  patch("batch", (results) => {
    const answers = Object.values(results as Record<string, unknown>).map(judge);
    user.answered(answers.every((answer) => answer === "good") ? "good" : "mixed");
  });
  patch("asyncRequest", (promise) => {
    const settled = (): void => user.answered("mixed");
    (promise as Promise<unknown>).then((response) => (judge(response) === "good" ? undefined : settled()), settled);
  });
  patch("setResponseCallback", () => (ownExpectation = true));
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** The script's own handleSummary, which sees no metric of ours; if it throws, our summary is written all the same. */
function scriptSummary(script: Script, data: SummaryData): Record<string, string> {
  if (typeof script.handleSummary !== "function") return {};
  const metrics = Object.fromEntries(
    Object.entries(data.metrics).filter(([name]) => !OWN_METRICS.some((own) => name.startsWith(own)) && !isOurs(name)),
  );
  try {
    return ((script.handleSummary as Work)({ ...data, metrics }) ?? {}) as Record<string, string>;
  } catch (error) {
    console.error(`handleSummary of the script threw: ${String(error)}`);
    return {};
  }
}

function isOurs(name: string): boolean {
  return name.includes("{phase:judged");
}
