import { createHash } from "node:crypto";
import { formatValue, type Environment } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { isSameMachine } from "./same-machine.ts";

export interface FingerprintInput {
  readonly facts: EnvironmentFacts;
  /** Name and version. */
  readonly engine: string;
  readonly chatbench: string;
}

/** Where a run took place: flat text for the record and its report. */
export function fingerprint(input: FingerprintInput): Environment {
  const { machine, system, reach, target } = input.facts;
  const shared = isSameMachine(reach, system);
  const { postgres, redis, machine: host } = target;
  return {
    Fingerprint: shortHash(input),
    "Load generator": `${machine.host}: ${String(machine.cores)} cores, ${formatValue(machine.memoryBytes, "bytes")}, ${machine.processor}`,
    ...(host && { "Target's machine": `${String(host.cores)} cores, ${formatValue(host.memoryBytes, "bytes")}` }),
    ...(postgres && { PostgreSQL: `${postgres.version}, max_connections ${String(postgres.maxConnections)}` }),
    ...(redis && { Redis: `${redis.version}, persistence ${redis.snapshots || redis.appendOnly ? "on" : "off"}` }),
    System: `${machine.system} (${machine.architecture})`,
    Isolation: shared
      ? "The target runs on the load generator's own machine: they compete for its cores."
      : "The target is reached over the network.",
    Engine: input.engine,
    Chatbench: `${input.chatbench} on Node ${machine.node}`,
  };
}

/**
 * Runs with the same hash took place in the same surroundings: the same machines, system, engine and parts of the
 * target, all in the same versions. What one run could not find out makes another hash: it is not known to be the same.
 */
function shortHash({ facts, engine }: FingerprintInput): string {
  const { machine, system, reach, target } = facts;
  const { host, cores, memoryBytes, processor, architecture, system: kernel } = machine;
  const comparable = [
    [host, cores, memoryBytes, processor, architecture, kernel, system.cpuQuotaCores ?? null],
    [engine, reach.host, reach.port, isSameMachine(reach, system)],
    [target.machine ?? null, target.postgres ?? null, target.redis ?? null].map(sorted),
  ];
  return createHash("sha256").update(JSON.stringify(comparable)).digest("hex").slice(0, 12);
}

function sorted(value: object | null): unknown {
  return value === null ? null : Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
