// Names of what only open loads and goodput measure, shared by the wrapper (inside k6) and the reader of its summary.

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
