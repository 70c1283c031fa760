import type { LocustPeriod } from "../timeline.ts";
import type { HistogramValue, Series, Value } from "./messages.ts";

/** The names that k6 sends, so that each dashboard and query of a run works whatever made its load; see docs/decisions/0083. */
const NAMES = {
  requests: "k6_http_reqs_total",
  duration: "k6_http_req_duration_seconds",
  iterations: "k6_iterations_total",
  exceptions: "k6_chatbench_exceptions_total",
  users: "k6_vus",
  usersMax: "k6_vus_max",
} as const;

export type Labels = Readonly<Record<string, string>>;

interface Kept {
  readonly labels: Labels;
  value: Value;
  /** Wall clock milliseconds at which it was nothing yet: a counter that begins at 7 would never have increased by 7. */
  bornAt: number | undefined;
}

/** Sums up periods into the series of a run: counters only grow, so that a lost push takes nothing with it. */
export interface Tally {
  add(period: LocustPeriod, beganAt: number): void;
  /** All series as they stand at `at`, wall clock in milliseconds; those new since the last call also as nothing. */
  at(at: number): readonly Series[];
  /** The end of all series. */
  end(at: number): readonly Series[];
}

export function createTally(run: Labels): Tally {
  const kept = new Map<string, Kept>();
  const keep = (name: string, labels: Labels, how: { first: Value; bornAt?: number }): Kept => {
    const all = { __name__: name, ...run, ...labels };
    const key = JSON.stringify(all);
    const known = kept.get(key) ?? { labels: all, value: how.first, bornAt: how.bornAt };
    kept.set(key, known);
    return known;
  };
  const count = (name: string, labels: Labels, more: { by: number; bornAt: number }): void => {
    const one = keep(name, labels, { first: { number: 0 }, bornAt: more.bornAt });
    one.value = { number: numberOf(one.value) + more.by };
  };
  return {
    add(period, beganAt) {
      const bornAt = beganAt + (period.at - period.seconds) * 1000;
      for (const part of period.series) {
        const labels = labelsOf(part);
        count(NAMES.requests, labels, { by: part.count, bornAt });
        const one = keep(NAMES.duration, labels, { first: { histogram: NOTHING }, bornAt });
        one.value = { histogram: plus("histogram" in one.value ? one.value.histogram : NOTHING, part) };
      }
      count(NAMES.iterations, {}, { by: period.iterations, bornAt });
      count(NAMES.exceptions, {}, { by: period.exceptions, bornAt });
      keep(NAMES.users, {}, { first: { number: 0 } }).value = { number: period.users };
      const most = keep(NAMES.usersMax, {}, { first: { number: 0 } });
      most.value = { number: Math.max(numberOf(most.value), period.users) };
    },
    at: (at) => [...kept.values()].map((one) => asSeries(one, at)),
    end: (at) =>
      [...kept.values()].map(({ labels, value }) => ({
        labels,
        kind: kindOf(value),
        values: [{ at, value: undefined }],
      })),
  };
}

const NOTHING: HistogramValue = { count: 0, sum: 0, zeroes: 0, buckets: new Map() };

function asSeries(one: Kept, at: number): Series {
  const { labels, value, bornAt } = one;
  one.bornAt = undefined;
  const kind = kindOf(value);
  const nothing: Value = kind === "histogram" ? { histogram: NOTHING } : { number: 0 };
  const born = bornAt === undefined || bornAt >= at ? [] : [{ at: bornAt, value: nothing }];
  return { labels, kind, values: [...born, { at, value }] };
}

function kindOf(value: Value): Series["kind"] {
  return "histogram" in value ? "histogram" : "number";
}

function numberOf(value: Value): number {
  return "number" in value ? value.number : 0;
}

function labelsOf({ method, status, good, phase }: LocustPeriod["series"][number]): Labels {
  return {
    method,
    expected_response: String(good),
    ...(status === "" ? {} : { status }),
    ...(phase === "setup" ? {} : { chatbench_phase: phase }),
  };
}

function plus(sum: HistogramValue, part: LocustPeriod["series"][number]): HistogramValue {
  const buckets = new Map(sum.buckets);
  for (const [index, more] of Object.entries(part.buckets))
    if (index !== "zero") buckets.set(Number(index), (buckets.get(Number(index)) ?? 0) + more);
  return {
    count: sum.count + part.timed,
    sum: sum.sum + part.sum,
    zeroes: sum.zeroes + (part.buckets.zero ?? 0),
    buckets,
  };
}
