import { isOpen, LADDER_MEASUREMENTS, type Load, type Objective } from "../model/index.ts";

/** What grows with the load: it would judge the lowest step, where there is least of it. */
const GROWING = new Set(["concurrent_users", "requests", "throughput", "conversations", "output_tokens_per_second"]);

/** Why this kind of load never shows what an objective asks for. @param all of the scenario */
export function unfitForLoad({ measurement }: Objective, load: Load, all: readonly Objective[]): string | undefined {
  if (measurement === "goodput") return noLimits(all);
  if (load.stages !== null && load.ladder !== undefined) return unfitForLadder(measurement, load);
  if (Object.hasOwn(LADDER_MEASUREMENTS, measurement))
    return `${measurement} comes from a ladder of loads: choose the pattern stress or breakpoint`;
  if (measurement === "concurrent_users" && isOpen(load))
    return "concurrent_users belongs to loads of users, and this one has arrivals at a rate: judge latency, error_rate or goodput, or hold users instead";
  return undefined;
}

function unfitForLadder(measurement: string, load: Load): string | undefined {
  const wanted = isOpen(load) ? "max_passing_rate" : "max_passing_users";
  if (measurement === wanted) return undefined;
  if (Object.hasOwn(LADDER_MEASUREMENTS, measurement) || GROWING.has(measurement))
    return `${measurement} cannot judge the pattern ${load.pattern}, whose steps differ in their load: ask for ${wanted}`;
  return undefined;
}

function noLimits(all: readonly Objective[]): string | undefined {
  if (all.some(({ measurement }) => /^(latency|ttft|first_byte|tpot)_p(95|99)$/.test(measurement))) return undefined;
  return "goodput is the share of requests that meet the limits on times, and there is none: add one such as latency_p95";
}
