// Names shared by the wrapper (inside k6) and the reader of its summary (in Node): no imports, so that both can load it.

export const EXCEPTIONS = "chatbench_exceptions";
export const LOAD_START = "chatbench_load_start_ms";
export const LOAD_END = "chatbench_load_end_ms";
/** Users who waited for one answer from before the judged window to after its end: no phase holds their waiting. */
export const WAITED_THROUGH = "chatbench_waited_through";
/** Of them, those whose answer failed at last. */
export const WAITED_IN_VAIN = "chatbench_waited_in_vain";
/** Milliseconds of the judged window that users waited for requests that failed. */
export const FAILED_WAIT = "chatbench_failed_wait_ms";
/** Metrics that only the wrapper writes: hidden from the script's own handleSummary and from `k6.<metric>`. */
export const OWN_METRICS: readonly string[] = [
  ...[EXCEPTIONS, LOAD_START, LOAD_END],
  ...[WAITED_THROUGH, WAITED_IN_VAIN, FAILED_WAIT],
];

/** Part of the load that a sample belongs to: `warmup`, `judged` or `tail`. Named so that no tag of a script hides it. */
export const PHASE_TAG = "chatbench_phase";
/** Tag of a user whose last answer was not good: `failed`, or `mixed` where that cannot be told. */
export const ANSWER_TAG = "chatbench_answer";
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
export const EXCHANGE_KINDS: Partial<Readonly<Record<ExchangeName, "Counter" | "Rate">>> = {
  exchanges: "Counter",
  failed: "Rate",
  outputTokens: "Counter",
  answersWithUsage: "Counter",
  bursts: "Rate",
  probeFailures: "Counter",
};

/** Of each exchange metric the part in the judged window. */
export const EXCHANGE_SUB_METRICS = Object.fromEntries(
  Object.entries(EXCHANGES).map(([key, name]) => [key, `${name}{${JUDGED}}`]),
) as Readonly<Record<ExchangeName, string>>;

/** Where the engine looks for requests, failures and latency of a scenario; everything else stays where it is. */
export function subMetricsOf(traffic: "http" | "stream" | "websocket"): Readonly<Record<string, string>> & SubMetrics {
  if (traffic === "http") return SUB_METRICS;
  const { exchanges: requests, failed, duration: latency } = EXCHANGE_SUB_METRICS;
  return { ...SUB_METRICS, ...EXCHANGE_SUB_METRICS, requests, failed, latency };
}
type SubMetrics = Readonly<Record<keyof typeof SUB_METRICS, string>>;

/** What the engine's live figures and its whole number of requests come from. */
export function liveMetricsOf(traffic: "http" | "stream" | "websocket"): {
  readonly requests: string;
  readonly failed: string;
  readonly latency: string;
} {
  return traffic === "http"
    ? { requests: "http_reqs", failed: "http_req_failed", latency: "http_req_duration" }
    : { requests: EXCHANGES.exchanges, failed: EXCHANGES.failed, latency: EXCHANGES.duration };
}

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
