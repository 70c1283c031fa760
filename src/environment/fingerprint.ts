import { createHash } from "node:crypto";
import { formatValue, type Environment, type TargetFacts } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { placeOf, type Place } from "./same-machine.ts";

export interface FingerprintInput {
  readonly facts: EnvironmentFacts;
  /** Name and version. */
  readonly engine: string;
  readonly chatbench: string;
}

/** Where a run took place: flat text for the record and its report. */
export function fingerprint(input: FingerprintInput): Environment {
  const { machine, target } = input.facts;
  const { postgres, redis, machine: host } = target;
  return {
    Fingerprint: shortHash(input),
    "Load generator": `${machine.host}: ${String(machine.cores)} cores, ${formatValue(machine.memoryBytes, "bytes")}, ${machine.processor}`,
    ...(host && { "Target's machine": `${String(host.cores)} cores, ${formatValue(host.memoryBytes, "bytes")}` }),
    ...(postgres && { PostgreSQL: `${postgres.version}, max_connections ${String(postgres.maxConnections)}` }),
    ...(redis && { Redis: `${redis.version}, persistence ${persistenceOf(redis)}` }),
    System: `${machine.system} (${machine.architecture})`,
    Isolation: ISOLATION[placeOf(input.facts)],
    Engine: input.engine,
    Chatbench: `${input.chatbench} on Node ${machine.node}`,
  };
}

const ISOLATION: Readonly<Record<Place, string>> = {
  same: "The target runs on the load generator's own machine: they compete for its cores.",
  other: "The target is reached over the network.",
  unknown: "The target is reached over the network; whether it runs on another machine is not known.",
};

function persistenceOf({ snapshots, appendOnly }: NonNullable<TargetFacts["redis"]>): string {
  if (snapshots === true || appendOnly === true) return "on";
  return snapshots === undefined || appendOnly === undefined ? "not told" : "off";
}

/**
 * Runs with the same hash took place in the same surroundings: the same machines, system, engine and parts of the
 * target, all in the same versions. What one run could not find out makes another hash: it is not known to be the same.
 */
function shortHash({ facts, engine }: FingerprintInput): string {
  const { machine, system, reach, target } = facts;
  const { host, cores, memoryBytes, processor, architecture, system: kernel } = machine;
  const place = placeOf(facts);
  const comparable = [
    [host, cores, memoryBytes, processor, architecture, kernel, system.cpuQuotaCores ?? null],
    [engine, reach.host, reach.port, place === "unknown" ? place : place === "same"],
    [target.machine ?? null, target.postgres ?? null, target.redis ?? null].map(sorted),
  ];
  return createHash("sha256").update(JSON.stringify(comparable)).digest("hex").slice(0, 12);
}

function sorted(value: object | null): unknown {
  return value === null ? null : Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
