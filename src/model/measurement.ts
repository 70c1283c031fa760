import { GOODPUT_MEASUREMENT, LADDER_MEASUREMENTS } from "./load-measurements.ts";
import type { MeasurementKind, Unit } from "./measurement-kind.ts";
import { STREAM_MEASUREMENTS } from "./stream-measurements.ts";

/** One named number. `low` and `high` stand beside a `value` that is only known to lie between them. */
export interface Measurement {
  readonly value: number;
  readonly unit: Unit;
  readonly samples: number;
  readonly low?: number;
  readonly high?: number;
}

/** By measurement name; absent means not measured, never 0. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** Whose CPU and memory it is. */
const OF_CLOSEST =
  "Of its container, else its process and what that started, else its whole machine: the closest of its configured sources.";

/** Other tools time something else by the same name. */
const TO_THE_END =
  "A streamed or WebSocket answer ends with its last content, as in vLLM's benchmark; guidellm and AIPerf count to the end of the request.";

/** The catalogue: what configuration, judge, reports, metrics and docs may name (besides `k6.<metric>.<stat>`). */
export const MEASUREMENTS = {
  latency_p50: {
    title: "P50 latency",
    unit: "s",
    better: "lower",
    definition: `Half of the successful answers in the judged window were at least as fast as this. ${TO_THE_END}`,
  },
  latency_p95: {
    title: "P95 latency",
    unit: "s",
    better: "lower",
    definition: `95 % of the successful answers in the judged window were at least as fast as this; exact, from the engine's own samples, and not given below 200 of them. Where arrivals come at a rate, the first request of each counts from its intended start, later ones from when they were to be sent; connecting is in both. ${TO_THE_END}`,
  },
  latency_p99: {
    title: "P99 latency",
    unit: "s",
    better: "lower",
    definition: `99 % of the successful answers in the judged window were at least as fast as this; exact, from the engine's own samples, and not given below 1,000 of them. ${TO_THE_END}`,
  },
  requests: { title: "Requests", unit: "count", better: "higher", definition: "Requests sent in the judged window." },
  throughput: {
    title: "Throughput",
    unit: "1/s",
    better: "higher",
    definition: "Requests in the judged window, divided by the seconds of that window.",
  },
  error_rate: {
    title: "Error rate",
    unit: "ratio",
    better: "lower",
    definition:
      "Failed requests divided by requests in the judged window. Failed: transport error, wrong status or a failed check of that answer; an exception of the script counts as one failed request, and so does an arrival at a rate that never began or was cut off. Not given below so many requests that one failure among them is the limit (100 for < 1%), unless what failed misses the limit all the same.",
  },
  concurrent_users: {
    title: "Concurrent users",
    unit: "count",
    better: "higher",
    definition:
      "Most users held for at least 60 s (or the whole judged window if shorter) in which every latency and error objective was met.",
  },
  dropped_iterations: {
    title: "Dropped iterations",
    unit: "count",
    better: "lower",
    definition:
      "Iterations that were to begin and never did; of arrivals at a rate: those of the judged window that found no free user until 65 s after its end. They are failed requests, unless the load generator was the reason: then the run is invalid.",
  },
  conversations: {
    title: "Conversations",
    unit: "count",
    better: "higher",
    definition:
      "Iterations of the script (one is one conversation in the shipped load tests) that ended in the judged window; of arrivals at a rate: that were to begin in it.",
  },
  cpu_cores: {
    title: "CPU",
    unit: "cores",
    better: "lower",
    definition: `CPU time that the target used in the judged window, divided by the seconds of that window. ${OF_CLOSEST}`,
  },
  cpu_cores_peak: {
    title: "Peak CPU",
    unit: "cores",
    better: "lower",
    definition: `Most CPU that the target used between two readings, about a second apart, in the judged window. ${OF_CLOSEST}`,
  },
  memory_bytes: {
    title: "Memory",
    unit: "bytes",
    better: "lower",
    definition: `Mean of the target's memory in the judged window: of a container its working set, of a process and what it started their resident memory (pages that several share count in each), of a machine what is not available. ${OF_CLOSEST}`,
  },
  memory_bytes_peak: {
    title: "Peak memory",
    unit: "bytes",
    better: "lower",
    definition: `Highest reading, about one a second, of the target's memory in the judged window. ${OF_CLOSEST}`,
  },
  network_receive_bytes: {
    title: "Network received",
    unit: "bytes/s",
    better: "lower",
    definition:
      "Bytes that the target's container, else its machine (without loopback and virtual devices), received in the judged window, divided by its seconds.",
  },
  network_transmit_bytes: {
    title: "Network sent",
    unit: "bytes/s",
    better: "lower",
    definition:
      "Bytes that the target's container, else its machine (without loopback and virtual devices), sent in the judged window, divided by its seconds.",
  },
  cache_hit_ratio: {
    title: "Cache hits",
    unit: "ratio",
    better: "higher",
    definition:
      "Keys found in the target's Redis divided by keys looked up there in the judged window, by anybody; absent without a lookup.",
  },
  ...STREAM_MEASUREMENTS,
  ...GOODPUT_MEASUREMENT,
  ...LADDER_MEASUREMENTS,
} as const satisfies Record<string, MeasurementKind>;

export type MeasurementName = keyof typeof MEASUREMENTS;

/** True for a name of the catalogue; a script's own metrics (`k6.<metric>.<stat>`) are not in it. */
export function isCatalogued(name: string): name is MeasurementName {
  return Object.hasOwn(MEASUREMENTS, name);
}

/** The kind of a catalogued measurement, or undefined for a script's own metric. */
export function kindOf(name: string): MeasurementKind | undefined {
  return isCatalogued(name) ? MEASUREMENTS[name] : undefined;
}
