import {
  highestOf,
  reason,
  type Measurement,
  type Measurements,
  type Reason,
  type Resources,
  type ResourceValue,
  type Sampled,
  type Unit,
} from "../model/index.ts";
import type { Window } from "./resource-values.ts";

/** By collector, the closest to the target first: what the names of its readings begin with. */
const CLOSEST = [
  ["cadvisor", "container"],
  ["process", "process"],
  ["node_exporter", "machine"],
] as const;
/** A process' share of its machine's network is not told. */
const WITH_NETWORK = ["container", "machine"];

interface From {
  readonly reading: string;
  readonly pick: (value: ResourceValue) => number | undefined;
  readonly unit: Unit;
}

const perSecond = ({ perSecond: rate }: ResourceValue): number | undefined => rate;

const FROM: Readonly<Record<string, From>> = {
  cpu_cores: { reading: "cpu", pick: perSecond, unit: "cores" },
  cpu_cores_peak: { reading: "cpu", pick: ({ peakPerSecond }) => peakPerSecond, unit: "cores" },
  memory_bytes: { reading: "memory", pick: ({ mean }) => mean, unit: "bytes" },
  memory_bytes_peak: { reading: "memory", pick: ({ peak }) => peak, unit: "bytes" },
  network_receive_bytes: { reading: "network_receive", pick: perSecond, unit: "bytes/s" },
  network_transmit_bytes: { reading: "network_transmit", pick: perSecond, unit: "bytes/s" },
};

/** Without a word for longer than this (and three times its usual pace), a source has not watched the window. */
const LONGEST_GAP_MS = 3_000;
const LONGEST_GAP_SHARE = 0.1;

/**
 * CPU, memory, network and cache of the target over the judged window. Each from the closest source that the target
 * has, and from no other when that one fails: a machine's memory is no container's.
 */
export function resourceMeasurements(sampled: Sampled, resources: Resources, window: Window): Measurements {
  const found = Object.entries(FROM).flatMap(([name, from]): [string, Measurement][] => {
    const reading = readingFor(from.reading, resources);
    const value = reading === undefined ? undefined : resources.values[reading];
    const number = value && from.pick(value);
    if (reading === undefined || value === undefined || number === undefined) return [];
    return hasGap(sampled, reading, window) ? [] : [[name, { value: number, unit: from.unit, samples: value.samples }]];
  });
  const ratio = resources.values.redis_hit_ratio;
  const cache: Measurements =
    ratio?.mean === undefined ? {} : { cache_hit_ratio: { value: ratio.mean, unit: "ratio", samples: ratio.samples } };
  return { ...Object.fromEntries(found), ...cache };
}

function readingFor(what: string, { collectors }: Resources): string | undefined {
  const has = (name: string): boolean => collectors.some((collector) => collector.name === name);
  const closest = CLOSEST.filter(([name]) => has(name)).map(([, prefix]) => prefix);
  const able = what.startsWith("network") ? closest.filter((prefix) => WITH_NETWORK.includes(prefix)) : closest;
  return able[0] === undefined ? undefined : `${able[0]}_${what}`;
}

/** Was the source silent for so long that its peak, or a whole part of the window, may have been missed? */
function hasGap({ readings }: Sampled, name: string, { from, to }: Window): boolean {
  const points = readings.find((reading) => reading.name === name)?.points ?? [];
  const inside = points.map(([at]) => at).filter((at) => at > from && at < to);
  const marks = [from, ...inside, to];
  const gaps = marks.slice(1).map((at, index) => at - (marks[index] ?? at));
  const steps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  const usual = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return highestOf(gaps) > Math.max(LONGEST_GAP_MS, 3 * usual, LONGEST_GAP_SHARE * (to - from));
}

/** Why a measurement of the target's system is absent; undefined for other measurements. */
export function resourceAbsence(name: string, resources: Resources | undefined): Reason | undefined {
  const isCache = name === "cache_hit_ratio";
  if (!isCache && !Object.hasOwn(FROM, name)) return undefined;
  if (resources === undefined) return reason("not_measured", "the target's system was not watched");
  const source = isCache ? "redis" : collectorFor(FROM[name]?.reading ?? "", resources);
  const collector = resources.collectors.find((one) => one.name === source);
  if (collector === undefined) return reason("not_measured", "the target has no source that tells it");
  if (collector.problem !== undefined) return reason("not_measured", collector.problem.replace(/\.$/, ""));
  const why = isCache
    ? "nothing was looked up in Redis in the judged window, or it was restarted"
    : `${collector.name} was not read through the whole judged window`;
  return reason("not_measured", why);
}

function collectorFor(what: string, resources: Resources): string | undefined {
  const reading = readingFor(what, resources);
  return CLOSEST.find(([, prefix]) => reading?.startsWith(`${prefix}_`))?.[0];
}
