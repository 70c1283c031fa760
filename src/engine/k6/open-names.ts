// Names of what only open loads and goodput measure, shared by the wrapper (inside k6) and the reader of its summary.
import { liveMetricsOf, PHASE_TAG, subMetricsOf } from "./names.ts";

type Traffic = "http" | "stream" | "websocket";

/** Trends in milliseconds of an open load: what counts from the intended start, and what does not. */
export const OPEN = {
  /** Good HTTP answers from the intended start; of exchanges their own duration already says it. */
  latency: "chatbench_latency_from_start",
  /** Good exchanges without the late start; of HTTP answers k6's own http_req_duration says it. */
  service: "chatbench_service_time",
  startDelay: "chatbench_start_delay",
  /** Of an iteration once it had begun. */
  busy: "chatbench_iteration_busy",
} as const;

/** Rate of requests that met every limit on time. */
export const GOODPUT = "chatbench_goodput";

const JUDGED = `{${PHASE_TAG}:judged}`;
export const GOODPUT_SUB_METRIC = `${GOODPUT}${JUDGED}`;

/** Where the figures of an open load are. */
export function openSubMetrics(traffic: Traffic): Readonly<Record<keyof typeof OPEN, string>> {
  const [startDelay, busy] = [`${OPEN.startDelay}${JUDGED}`, `${OPEN.busy}${JUDGED}`];
  const { latency } = subMetricsOf(traffic);
  return traffic === "http"
    ? { latency: `${OPEN.latency}${JUDGED}`, service: latency, startDelay, busy }
    : { latency, service: `${OPEN.service}${JUDGED}`, startDelay, busy };
}

/** The live figure of latency; `ofGood`: failed answers are not in it. */
export function liveLatencyOf(traffic: Traffic, open: boolean): { readonly name: string; readonly ofGood: boolean } {
  if (open && traffic === "http") return { name: OPEN.latency, ofGood: true };
  return { name: liveMetricsOf(traffic).latency, ofGood: traffic !== "http" };
}
