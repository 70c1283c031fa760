import type { MeasurementKind } from "./measurement-kind.ts";

const HIGHEST =
  "Highest level of the ladder at which every objective was met, with no level below it that missed one; 0 where the lowest missed. Levels that could not be judged count neither way: the value is then the least that is certain, and the report says between which two it lies.";
const LOWEST =
  "Lowest level of the ladder that missed an objective (breakpoint: in two trials); absent where none did.";

/** What only a ladder of loads (stress, breakpoint) measures. */
export const LADDER_MEASUREMENTS = {
  max_passing_users: { title: "Most users that pass", unit: "count", better: "higher", definition: HIGHEST },
  max_passing_rate: { title: "Highest rate that passes", unit: "1/s", better: "higher", definition: HIGHEST },
  first_failing_users: { title: "Fewest users that fail", unit: "count", better: "higher", definition: LOWEST },
  first_failing_rate: { title: "Lowest rate that fails", unit: "1/s", better: "higher", definition: LOWEST },
} as const satisfies Record<string, MeasurementKind>;

export const GOODPUT_MEASUREMENT = {
  goodput: {
    title: "Goodput",
    unit: "ratio",
    better: "higher",
    definition:
      "Share of the requests in the judged window that were successful and met every limit of the scenario on times, each request for itself: `latency_p95 < 200ms` holds it to 200 ms; of several limits on the same time the strictest of P95 and P99 counts, limits on P50 say nothing of a single request. Failed requests, exceptions and dropped iterations are in the denominator. Where checks failed, it is only known between two values.",
  },
} as const satisfies Record<string, MeasurementKind>;
