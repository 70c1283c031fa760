import type { Clock, Instant, RunId, SeriesReader, Traffic } from "../model/index.ts";
import { isRunId, reason } from "../model/index.ts";
import { fetchJson } from "../platform/network.ts";

const POLL_MS = 500;
/** A receiver may store a push a little after it said yes; longer than this nobody should wait for a number. */
const PATIENCE_MS = 5_000;
/** Room on both sides of the run for clocks that differ between k6's machine and Prometheus'. */
const SLACK_SECONDS = 60;
/** A run waits for it. */
const LOOK_MS = 2_000;

export interface SeriesReaderDeps {
  /** Base URL of the Prometheus, with or without a path prefix. */
  readonly url: string;
  readonly clock: Clock;
  /** For one query. */
  readonly timeoutMs?: number;
}

type Answer = { readonly requests: number } | { readonly trouble: string };

/**
 * Reads from Prometheus how many requests it holds for a run: the last value of each of its k6 counters, summed.
 * The last value over the run's whole time, not the current one: k6 ends its series with stale markers.
 * Reads again until the number is the expected one (or, where none is, the same twice), for at most five seconds.
 */
export function createSeriesReader(deps: SeriesReaderDeps): SeriesReader {
  return {
    async requestsOf(id, { traffic = "http", expected } = {}) {
      const ask = (): Promise<Answer> => askOnce(deps, id, traffic);
      const until = deps.clock.now() + PATIENCE_MS;
      let before: Answer = await ask();
      while (deps.clock.now() < until && !("requests" in before && before.requests === expected)) {
        await deps.clock.sleep(POLL_MS);
        const [last, now] = [before, await ask()];
        before = now;
        if (expected === undefined && isSame(last, now)) break;
      }
      if ("requests" in before) return { requests: before.requests };
      const text = `The run's series could not be read back from Prometheus at ${originOf(deps.url)}: ${before.trouble}.`;
      return { problem: reason("prometheus_unreachable", text) };
    },
  };
}

function isSame(one: Answer, other: Answer): boolean {
  return "requests" in one && "requests" in other && one.requests === other.requests && one.requests > 0;
}

async function askOnce(deps: SeriesReaderDeps, id: RunId, traffic: Traffic): Promise<Answer> {
  const url = queryUrl(deps.url, { query: requestsQuery(id, deps.clock.now(), traffic), at: deps.clock.now() });
  const answer = await fetchJson(url, { timeoutMs: deps.timeoutMs ?? 5_000, maxBytes: 1_000_000 });
  if ("problem" in answer) return { trouble: answer.problem };
  return sumIn(answer.body) ?? { trouble: `status ${answer.status}, ${errorIn(answer.body)}` };
}

/**
 * Whether it answers the questions that runs and uptime are read back by; one that replays its log does not yet. Not
 * /-/ready: what stands before a Prometheus may let through its interface alone.
 */
export async function lookAtPrometheus(url: string, now: Instant): Promise<{ ok: boolean; text: string }> {
  const answer = await fetchJson(queryUrl(url, { query: "1", at: now }), { timeoutMs: LOOK_MS, maxBytes: 10_000 });
  const trouble = "problem" in answer ? answer.problem : troubleIn(answer);
  if (trouble === undefined) return { ok: true, text: `Prometheus at ${originOf(url)} answers.` };
  return {
    ok: false,
    text: `Prometheus at ${originOf(url)} does not answer (${trouble}): series of runs are not kept.`,
  };
}

function troubleIn({ status, body }: { status: number; body: unknown }): string | undefined {
  return asObject(body).status === "success" ? undefined : `status ${status}, ${errorIn(body)}`;
}

/** PromQL for the run's number of requests. A run id has no character that would need escaping: its pattern is checked. */
export function requestsQuery(id: RunId, now: Instant, traffic: Traffic = "http"): string {
  if (!isRunId(id)) throw new Error("not a run id");
  const seconds = Math.ceil((now - startOf(id)) / 1_000) + 2 * SLACK_SECONDS;
  const counter = traffic === "http" ? "k6_http_reqs_total" : "k6_chatbench_exchanges_total";
  return `sum(last_over_time(${counter}{testid="${id}"}[${seconds}s]))`;
}

/** A run id begins with the instant of its trigger, which lies before its first request. */
function startOf(id: RunId): Instant {
  const [, date = "", hours = "", minutes = "", seconds = ""] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  const day = date.replace(/^(\d{4})(\d\d)/, "$1-$2-");
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
}

function queryUrl(base: string, { query, at }: { query: string; at: Instant }): URL {
  const url = new URL(`${base.replace(/\/+$/, "")}/api/v1/query`);
  url.searchParams.set("query", query);
  url.searchParams.set("time", String(at / 1_000 + SLACK_SECONDS));
  return url;
}

/** An empty result is an answer: Prometheus holds nothing of this run. */
function sumIn(body: unknown): { readonly requests: number } | undefined {
  const { status, data } = asObject(body);
  if (status !== "success") return undefined;
  const { result } = asObject(data);
  if (!Array.isArray(result)) return undefined;
  if (result.length === 0) return { requests: 0 };
  const sample = asObject(result[0]).value;
  const requests = Array.isArray(sample) && typeof sample[1] === "string" ? Number(sample[1]) : Number.NaN;
  return Number.isFinite(requests) ? { requests } : undefined;
}

function errorIn(body: unknown): string {
  const { error } = asObject(body);
  return typeof error === "string" ? error.slice(0, 200) : "an answer that is not Prometheus'";
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Without user name and password, if it has them. */
function originOf(url: string): string {
  return new URL(url).origin;
}
