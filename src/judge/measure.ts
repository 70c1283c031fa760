import type { LoadFacts, Measurement, Measurements, Objective, Timeline } from "../model/index.ts";
import { concurrentUsersOf } from "./concurrent-users.ts";
import { customMeasurements } from "./custom.ts";
import { errorRateOf, tooFewRequests } from "./error-rate.ts";
import { factsProblem } from "./facts-problem.ts";
import { goodputOf } from "./goodput.ts";
import { LATENCY_QUANTILES, quantileOf } from "./quantiles.ts";
import { streamMeasurements } from "./streams.ts";

/** A scenario that says nothing about errors still does not pass on them. */
const DEFAULT_ERROR_OBJECTIVE: Objective = {
  measurement: "error_rate",
  comparator: "<",
  limit: 0.01,
  condition: "< 1%",
};

/** The scenario's objectives, with `error_rate < 1%` where it has none on errors. */
export function effectiveObjectives(objectives: readonly Objective[]): readonly Objective[] {
  const has = objectives.some(({ measurement }) => measurement === "error_rate");
  return has ? objectives : [...objectives, DEFAULT_ERROR_OBJECTIVE];
}

function latencies({ latency }: LoadFacts): Measurements {
  return Object.fromEntries(
    [...LATENCY_QUANTILES].flatMap(([name, q]): [string, Measurement][] => {
      const value = quantileOf(latency, q);
      return value === undefined ? [] : [[name, { value, unit: "s", samples: latency.count }]];
    }),
  );
}

function counts({ requests, window, iterations }: LoadFacts): Measurements {
  const { count } = requests;
  const { completed, dropped } = iterations;
  return {
    requests: { value: count, unit: "count", samples: count },
    ...(window.seconds > 0 && { throughput: { value: count / window.seconds, unit: "1/s", samples: count } }),
    ...(dropped !== undefined && {
      dropped_iterations: { value: dropped, unit: "count", samples: completed + dropped },
    }),
    conversations: { value: completed, unit: "count", samples: completed },
  };
}

/**
 * Every measurement of design.md section 2 that these facts can give; what is absent was not measured. Facts that
 * contradict themselves give none. Seconds, ratios and counts. The objectives matter to `concurrent_users`, and to
 * how many requests `error_rate` needs.
 */
export function measurementsOf(
  facts: LoadFacts,
  timeline: Timeline | undefined,
  objectives: readonly Objective[],
): Measurements {
  if (factsProblem(facts) !== undefined) return {};
  const effective = effectiveObjectives(objectives);
  const errorRate = effective.some((one) => tooFewRequests(one, facts)) ? undefined : errorRateOf(facts);
  const measured: Measurements = { ...latencies(facts), ...(errorRate && { error_rate: errorRate }) };
  const goodput = goodputOf(facts);
  const users =
    timeline && facts.open === undefined && concurrentUsersOf({ facts, timeline, objectives: effective, measured });
  return {
    ...measured,
    ...counts(facts),
    ...streamMeasurements(facts),
    ...(users && { concurrent_users: users }),
    ...(goodput && { goodput }),
    ...customMeasurements(facts.custom),
  };
}
