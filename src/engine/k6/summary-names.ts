// What k6 is asked to report, and where in its summary the engine looks for which figure.
import type { Traffic } from "../../model/index.ts";
import {
  ANSWER_TAG,
  EXCEPTIONS,
  FAILED_WAIT,
  LOAD_END,
  LOAD_START,
  PHASE_TAG,
  WAITED_IN_VAIN,
  WAITED_THROUGH,
} from "./names.ts";
import { GOODPUT, OPEN } from "./open-names.ts";
import type { WholeConfig } from "./runtime.ts";
import type { OurMetrics } from "./script-summary.ts";

/** Metrics that only the wrapper writes: hidden from the script's own handleSummary and from `k6.<metric>`. */
export const OWN_METRICS: readonly string[] = [
  ...[EXCEPTIONS, LOAD_START, LOAD_END],
  ...[WAITED_THROUGH, WAITED_IN_VAIN, FAILED_WAIT],
];

/** Metrics of exchanges, written by load_tests/lib/exchange.ts: all times in milliseconds, of good exchanges only. */
export const EXCHANGES = {
  exchanges: "chatbench_exchanges",
  failed: "chatbench_exchange_failed",
  duration: "chatbench_exchange_duration",
  firstByte: "chatbench_first_byte",
  ttft: "chatbench_ttft",
  firstReasoning: "chatbench_first_reasoning",
  tpot: "chatbench_tpot",
  interChunk: "chatbench_inter_chunk",
  streamClose: "chatbench_stream_close",
  outputTokens: "chatbench_output_tokens",
  answersWithUsage: "chatbench_answers_with_usage",
  bursts: "chatbench_burst_streams",
  dispatchDelay: "chatbench_dispatch_delay",
  queueDelay: "chatbench_queue_delay",
  probeDelay: "chatbench_probe_delay",
  ttftLeast: "chatbench_ttft_least",
  probeFailures: "chatbench_probe_failures",
} as const;

type ExchangeName = keyof typeof EXCHANGES;
/** Kinds of these metrics, by the constructors of k6/metrics; times are Trends. */
const EXCHANGE_KINDS: Partial<Readonly<Record<ExchangeName, "Counter" | "Rate">>> = {
  exchanges: "Counter",
  failed: "Rate",
  outputTokens: "Counter",
  answersWithUsage: "Counter",
  bursts: "Rate",
  probeFailures: "Counter",
};

/** Metrics of what answers tell beside their text, written by load_tests/lib/told.ts and talk.ts. */
export const ANSWERS = {
  begun: "chatbench_conversations",
  cacheHit: "chatbench_cache_hit",
  usageTold: "chatbench_usage_told",
  promptTokens: "chatbench_prompt_tokens",
  completionTokens: "chatbench_completion_tokens",
  prefixTold: "chatbench_prefix_told",
  prefixTokens: "chatbench_prefix_tokens",
  cachedTokens: "chatbench_cached_tokens",
} as const;

const JUDGED = `${PHASE_TAG}:judged`;

/** Sub-metrics that an empty threshold makes k6 report. */
export const SUB_METRICS = {
  latency: `http_req_duration{${JUDGED},expected_response:true}`,
  requests: `http_reqs{${JUDGED}}`,
  failed: `http_req_failed{${JUDGED}}`,
  checks: `checks{${JUDGED}}`,
  checksAfterFailed: `checks{${JUDGED},${ANSWER_TAG}:failed}`,
  checksAfterMixed: `checks{${JUDGED},${ANSWER_TAG}:mixed}`,
  iterations: `iterations{${JUDGED}}`,
  threwAfterGood: `${EXCEPTIONS}{${JUDGED},after:good}`,
  threwAfterFailed: `${EXCEPTIONS}{${JUDGED},after:failed}`,
  threwAfterMixed: `${EXCEPTIONS}{${JUDGED},after:mixed}`,
  threwWithoutRequest: `${EXCEPTIONS}{${JUDGED},after:none}`,
} as const;

/** Of each exchange metric the part in the judged window. */
export const EXCHANGE_SUB_METRICS = Object.fromEntries(
  Object.entries(EXCHANGES).map(([key, name]) => [key, `${name}{${JUDGED}}`]),
) as Readonly<Record<keyof typeof EXCHANGES, string>>;

/** Where the engine looks for requests, failures and latency of a scenario; everything else stays where it is. */
export function subMetricsOf(traffic: Traffic): Readonly<Record<string, string>> & SubMetrics {
  if (traffic === "http") return SUB_METRICS;
  const { exchanges: requests, failed, duration: latency } = EXCHANGE_SUB_METRICS;
  return { ...SUB_METRICS, ...EXCHANGE_SUB_METRICS, requests, failed, latency };
}
type SubMetrics = Readonly<Record<keyof typeof SUB_METRICS, string>>;

/** What the engine's live figures and its whole number of requests come from. */
export function liveMetricsOf(traffic: Traffic): {
  readonly requests: string;
  readonly failed: string;
  readonly latency: string;
} {
  return traffic === "http"
    ? { requests: "http_reqs", failed: "http_req_failed", latency: "http_req_duration" }
    : { requests: EXCHANGES.exchanges, failed: EXCHANGES.failed, latency: EXCHANGES.duration };
}

/** Of each the part in the judged window; of the conversations also those before it. */
export const ANSWER_SUB_METRICS = {
  ...(Object.fromEntries(Object.entries(ANSWERS).map(([key, name]) => [key, `${name}{${JUDGED}}`])) as Readonly<
    Record<keyof typeof ANSWERS, string>
  >),
  begunBefore: `${ANSWERS.begun}{${PHASE_TAG}:warmup}`,
} as const;

/** Quantiles in percent that k6 reports of every trend; minimum and maximum come apart. */
export const QUANTILE_GRID: readonly number[] = [
  0.1, 1, 2.5, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.5,
  99.9, 99.99,
];

export const GOODPUT_SUB_METRIC = `${GOODPUT}{${JUDGED}}`;

/** Where the figures of an open load are. */
export function openSubMetrics(traffic: Traffic): Readonly<Record<keyof typeof OPEN, string>> {
  const [startDelay, busy] = [`${OPEN.startDelay}{${JUDGED}}`, `${OPEN.busy}{${JUDGED}}`];
  const { latency } = subMetricsOf(traffic);
  return traffic === "http"
    ? { latency: `${OPEN.latency}{${JUDGED}}`, service: latency, startDelay, busy }
    : { latency, service: `${OPEN.service}{${JUDGED}}`, startDelay, busy };
}

/** The live figure of latency; `ofGood`: failed answers are not in it. */
export function liveLatencyOf(traffic: Traffic, open: boolean): { readonly name: string; readonly ofGood: boolean } {
  if (open && traffic === "http") return { name: OPEN.latency, ofGood: true };
  return { name: liveMetricsOf(traffic).latency, ofGood: traffic !== "http" };
}

/** The metrics that our load tests write and the engine asks for, by their kinds: times are Trends. */
export function metricsOf(traffic: Traffic): WholeConfig["metrics"] {
  const kinds = { Counter: [] as string[], Rate: [] as string[], Trend: [] as string[] };
  for (const name of Object.values(ANSWERS)) kinds[name === ANSWERS.cacheHit ? "Rate" : "Counter"].push(name);
  if (traffic === "http") return kinds;
  for (const [key, name] of Object.entries(EXCHANGES))
    kinds[EXCHANGE_KINDS[key as keyof typeof EXCHANGES] ?? "Trend"].push(name);
  return kinds;
}

/** What k6's summary lists because of us. */
export function listedMetrics(): OurMetrics {
  const asked = Object.values(SUB_METRICS).map((name) => name.split("{")[0] ?? name);
  return {
    hidden: [...OWN_METRICS, ...Object.values(OPEN), GOODPUT],
    forced: [...new Set([...Object.values(ANSWERS), ...asked])],
  };
}
