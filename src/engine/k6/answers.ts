// Runs inside k6, not in Node: watches what k6/http answers, because k6's summary cannot tell a failed check of a good
// answer from one of an answer that has failed anyway.
import exec from "k6/execution";
import http from "k6/http";

/** The last answer of an iteration: `mixed` is a batch of good and failed ones, or one that came at an unknown time. */
export type LastAnswer = "none" | "good" | "failed" | "mixed";

export interface AnswerHooks {
  readonly beforeRequest: () => void;
  readonly answered: (answer: LastAnswer) => void;
  /** k6 gave up following redirects and calls the last of them a good answer. */
  readonly wentInCircles: () => void;
  /** The requests of one call of k6/http, when their answers are there; set only where somebody wants their times. */
  readonly measured?: (answers: readonly Measured[]) => void;
}

export interface Measured {
  readonly good: boolean;
  /**
   * Milliseconds as k6 gives them for http_req_duration, of one that followed redirects those of the whole call (of a
   * batch, of its last hop: k6 tells no more); 0 where there was no answer.
   */
  readonly ms: number;
  /** Before it could be sent: for a free connection, a name's address, a connection, TLS. */
  readonly connectMs: number;
}

type Work = (...args: unknown[]) => unknown;
type Expects = (status: number) => boolean;
interface Params {
  readonly throw?: boolean;
  readonly responseCallback?: unknown;
  readonly redirects?: number | null;
}
interface Answer {
  readonly status?: number;
  readonly error_code?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly timings?: { readonly duration?: number; readonly blocked?: number };
  /** Of the last hop. */
  readonly url?: string;
}
interface Watch {
  hooks: AnswerHooks;
  /** What the script last set for all its requests. */
  expects: Expects;
  /** Of the call that is being made: what it asks for, and when it began. */
  asked: unknown;
  begunAt: number;
  /** What each callback of the script expects: k6 hands out objects that do not tell. */
  readonly callbacks: WeakMap<object, Expects>;
}

/** Where each function of k6/http takes its parameters. */
const PARAMS_AT: Readonly<Record<string, number>> = {
  ...{ get: 1, head: 1, post: 2, put: 2, patch: 2, del: 2, options: 2, request: 3 },
};
/** k6's error codes where it made no request: it could not read the address (1020) or the parameters (none). */
const NO_REQUEST: readonly unknown[] = [1020, 0, undefined];
const DEFAULT_REDIRECTS = 10;
const NOT_GOOD: Measured = { good: false, ms: 0, connectMs: 0 };
const FUNCTIONS = http as unknown as Record<string, Work>;

/**
 * Puts hooks around the functions of k6/http; named imports and `require` read them from this same object. To be called
 * before the script is evaluated, because the script may copy the functions (`const { get } = http`).
 */
export function watchAnswers(): (hooks: AnswerHooks) => void {
  const nothing = (): void => undefined;
  const idle = { beforeRequest: nothing, answered: nothing, wentInCircles: nothing };
  const watch: Watch = { hooks: idle, expects: isFine, asked: undefined, begunAt: 0, callbacks: new WeakMap() };
  patchExpectations(watch);
  for (const name of Object.keys(PARAMS_AT)) patchRequest(name, watch);
  patch("batch", watch, (result) => {
    watch.hooks.answered(ofBatch(result, watch));
    const answers = Object.values(result as Record<string, Answer>);
    watch.hooks.measured?.(answers.map((answer) => measuredOf(answer, watch.expects(answer.status ?? 0))));
  });
  patch("asyncRequest", watch, (promise, [, asked]) => {
    const call = { asked, begunAt: Date.now() };
    const settled = (answer?: Answer): void => {
      const good = watch.expects(answer?.status ?? 0);
      watch.hooks.answered(good ? "good" : "mixed");
      watch.hooks.measured?.([measuredOf(answer, good, call)]);
    };
    (promise as Promise<Answer>).then(settled, () => settled());
  });
  return (hooks) => {
    watch.hooks = hooks;
  };
}

type Call = Pick<Watch, "asked" | "begunAt">;

function measuredOf(answer: Answer | undefined, good: boolean, call?: Call): Measured {
  if (answer !== undefined && call !== undefined && wasRedirected(answer, call.asked))
    return { good, ms: Date.now() - call.begunAt, connectMs: 0 };
  const { duration = 0, blocked = 0 } = answer?.timings ?? {};
  return { good, ms: duration, connectMs: blocked };
}

function wasRedirected({ url, status = 0 }: Answer, asked: unknown): boolean {
  if (status === 0 || url === undefined) return false;
  return url !== (typeof asked === "string" ? asked : (asked as { readonly url?: unknown } | null)?.url);
}

/** Before each call whose answer comes at once. */
function begin(asked: unknown, watch: Watch): void {
  watch.hooks.beforeRequest();
  if (watch.hooks.measured === undefined) return;
  watch.asked = asked;
  watch.begunAt = Date.now();
}

function isFine(status: number): boolean {
  return status >= 200 && status < 400;
}

/** Remembers what statuses the script calls expected. `null`, "judge nothing", would leave us without an error rate. */
function patchExpectations(watch: Watch): void {
  const expectedStatuses = FUNCTIONS.expectedStatuses;
  const setResponseCallback = FUNCTIONS.setResponseCallback;
  if (expectedStatuses === undefined || setResponseCallback === undefined) return;
  const fine = expectedStatuses.call(http, { min: 200, max: 399 });
  FUNCTIONS.expectedStatuses = (...wanted) => {
    const callback = expectedStatuses.apply(http, wanted) as object;
    watch.callbacks.set(callback, (status) => wanted.some((one) => includes(one, status)));
    return callback;
  };
  FUNCTIONS.setResponseCallback = (callback) => {
    const result = setResponseCallback.call(http, callback ?? fine);
    watch.expects = expectationOf(callback, watch) ?? isFine;
    return result;
  };
}

function includes(wanted: unknown, status: number): boolean {
  if (typeof wanted === "number") return wanted === status;
  const { min = 0, max = 0 } = wanted as { min?: number; max?: number };
  return status >= min && status <= max;
}

function expectationOf(callback: unknown, watch: Watch): Expects | undefined {
  return typeof callback === "object" && callback !== null ? watch.callbacks.get(callback) : undefined;
}

function patchRequest(name: string, watch: Watch): void {
  const original = FUNCTIONS[name];
  const at = PARAMS_AT[name];
  if (original === undefined || at === undefined) return;
  const failed = (error: unknown, params: unknown): never => {
    if (isFailedRequest(error, params as Params)) {
      watch.hooks.answered("failed");
      watch.hooks.measured?.([NOT_GOOD]);
    }
    throw error;
  };
  // Arguments written out and no `call`: rest parameters would cost four times as much, `call` twice, and this is the
  // price of every request. k6 takes an argument left out and an undefined one alike, and never looks at `this`.
  if (at === 1) {
    FUNCTIONS[name] = (url, params) => {
      begin(url, watch);
      try {
        return answered(original(url, params), params, watch);
      } catch (error) {
        return failed(error, params);
      }
    };
  } else if (at === 2) {
    FUNCTIONS[name] = (url, body, params) => {
      begin(url, watch);
      try {
        return answered(original(url, body, params), params, watch);
      } catch (error) {
        return failed(error, params);
      }
    };
  } else {
    // eslint-disable-next-line max-params -- as many as k6's own
    FUNCTIONS[name] = (method, url, body, params) => {
      begin(url, watch);
      try {
        return answered(original(method, url, body, params), params, watch);
      } catch (error) {
        return failed(error, params);
      }
    };
  }
}

function answered(result: unknown, given: unknown, watch: Watch): unknown {
  const answer = result as Answer;
  const status = answer.status ?? 0; // read once: each look into an answer is a call from the script into k6
  if (status === 200 && given == null && watch.expects === isFine) {
    watch.hooks.answered("good");
    if (watch.hooks.measured !== undefined) watch.hooks.measured([measuredOf(answer, true, watch)]);
    return answer;
  }
  const params = given as Params | null | undefined;
  if (status === 0 && NO_REQUEST.includes(answer.error_code)) return answer;
  const expects = expectationOf(params?.responseCallback, watch) ?? watch.expects;
  const good = expects(status);
  watch.hooks.answered(good ? "good" : "failed");
  if (watch.hooks.measured !== undefined) watch.hooks.measured([measuredOf(answer, good, watch)]);
  if (good && status >= 300 && isEndlessRedirect(answer, params)) watch.hooks.wentInCircles();
  return answer;
}

/** k6 follows ten redirects unless somebody says how many: who says so wants to see the redirect itself. */
function isEndlessRedirect({ status = 0, headers = {} }: Answer, params: Params | null | undefined): boolean {
  if (status < 300 || status >= 400 || headers.Location === undefined) return false;
  const most = (exec.test.options as { maxRedirects?: number | null }).maxRedirects ?? DEFAULT_REDIRECTS;
  return params?.redirects == null && most === DEFAULT_REDIRECTS;
}

/** With the option `throw`, k6 throws what it counts as a failed request; anything else was thrown before a request. */
function isFailedRequest(error: unknown, params: Params | null | undefined): boolean {
  const throws = params?.throw ?? (exec.test.options as { throw?: boolean | null }).throw ?? false;
  return throws && !String(error).includes("invalid URL");
}

function patch(name: string, watch: Watch, after: (result: unknown, args: readonly unknown[]) => void): void {
  const original = FUNCTIONS[name];
  if (original === undefined) return;
  FUNCTIONS[name] = (...args) => {
    watch.hooks.beforeRequest();
    let result: unknown;
    try {
      result = original.apply(http, args);
    } catch (error) {
      // With the option `throw` a batch tells of none of its answers.
      if (name === "batch") watch.hooks.measured?.(Object.keys(args[0] ?? {}).map(() => NOT_GOOD));
      throw error;
    }
    after(result, args);
    return result;
  };
}

/** Requests of a batch may each have their own expectation, which we do not follow: then all is unknown. */
function ofBatch(result: unknown, watch: Watch): LastAnswer {
  const good = Object.values(result as Record<string, Answer>).map((answer) => watch.expects(answer.status ?? 0));
  if (good.every(Boolean)) return "good";
  return good.some(Boolean) ? "mixed" : "failed";
}
