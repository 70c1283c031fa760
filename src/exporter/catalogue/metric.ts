/** How a value is read: the last three are always 0 or 1. */
export type MetricUnit =
  | "seconds"
  | "unix time in seconds"
  | "ratio"
  | "count"
  | "per second"
  | "other"
  | "0 or 1"
  | "one of these is 1"
  | "1";

/** One metric as Prometheus sees it. `Label` makes a missing or misspelt label a compile error. */
export interface Metric<Label extends string = string> {
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly unit: MetricUnit;
  readonly labels: readonly Label[];
  readonly help: string;
  /** Upper bounds, of histograms only. */
  readonly buckets?: readonly number[];
}

type About<Label extends string> = Omit<Metric<Label>, "name" | "type">;

export function gauge<const Label extends string>(name: string, about: About<Label>): Metric<Label> {
  return { name, type: "gauge", ...about };
}

export function counter<const Label extends string>(name: string, about: About<Label>): Metric<Label> {
  return { name, type: "counter", ...about };
}

export function histogram<const Label extends string>(
  name: string,
  about: About<Label> & { readonly buckets: readonly number[] },
): Metric<Label> {
  return { name, type: "histogram", ...about };
}

/** Of everything that belongs to a scenario. */
export const SCENARIO = ["scenario", "target"] as const;
/** Of everything that belongs to the runs of a scenario. */
export const RUN = ["scenario", "target", "trigger"] as const;
