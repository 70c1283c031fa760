import { median, medianInterval, type Interval } from "./statistics.ts";
import type { Pair } from "./cpu.ts";
import type { Length, Run } from "./yard.ts";

/** What the pairs say. Ratios are of each pair, then the median; seconds are medians. */
export interface Cost {
  /** CPU a request of a whole long run, start and end of everything included. */
  readonly whole: Interval;
  /** CPU that one more request costs: the difference of a long and a short run. */
  readonly perRequest: Interval;
  /** The same of k6 alone: what the wrapper and its sub-metrics cost. */
  readonly k6PerRequest: Interval;
  /** The share of bare k6's CPU a request that Chatbench's own process adds. */
  readonly ownPerRequest: Interval;
  /** What a run costs whatever its length, in CPU seconds: Chatbench less bare k6. */
  readonly fixedSeconds: Interval;
  readonly baseRequestSeconds: number;
  readonly chatbenchRequestSeconds: number;
  /** Long runs with the timeline output against without; undefined without a third arm. */
  readonly timeline?: Interval;
  /** The lowest number of requests of a long run, and of most. */
  readonly requests: { readonly least: number; readonly most: number };
}

type Side = Readonly<Record<Length, Run>>;
type Cpu = (run: Run) => number;
const all: Cpu = (run) => run.cpuSeconds;
const k6: Cpu = (run) => run.k6CpuSeconds;
const own: Cpu = (run) => run.cpuSeconds - run.k6CpuSeconds;

const slope = (side: Side, cpu: Cpu): number =>
  (cpu(side.long) - cpu(side.short)) / (side.long.requests - side.short.requests);
const fixed = (side: Side, cpu: Cpu): number => cpu(side.short) - slope(side, cpu) * side.short.requests;
const perRequest = (run: Run): number => run.cpuSeconds / run.requests;

export function costOf(pairs: readonly Pair[]): Cost {
  const of = (value: (pair: Pair) => number): Interval => medianInterval(pairs.map(value));
  const long = pairs.flatMap((pair) => [pair.base.long.requests, pair.chatbench.long.requests]);
  const timeline = pairs.flatMap(({ base, bare }) =>
    bare === undefined ? [] : [perRequest(base.long) / perRequest(bare)],
  );
  return {
    whole: of(({ base, chatbench }) => perRequest(chatbench.long) / perRequest(base.long)),
    perRequest: of(({ base, chatbench }) => slope(chatbench, all) / slope(base, all)),
    k6PerRequest: of(({ base, chatbench }) => slope(chatbench, k6) / slope(base, k6)),
    ownPerRequest: of(({ base, chatbench }) => slope(chatbench, own) / slope(base, all)),
    fixedSeconds: of(({ base, chatbench }) => fixed(chatbench, all) - fixed(base, all)),
    baseRequestSeconds: median(pairs.map(({ base }) => slope(base, all))),
    chatbenchRequestSeconds: median(pairs.map(({ chatbench }) => slope(chatbench, all))),
    ...(timeline.length === 0 ? {} : { timeline: medianInterval(timeline) }),
    requests: { least: Math.min(...long), most: Math.max(...long) },
  };
}
