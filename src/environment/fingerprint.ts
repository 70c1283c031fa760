import { formatValue, type Environment } from "../model/index.ts";
import type { MachineFacts } from "../platform/machine.ts";

export interface FingerprintInput {
  readonly machine: MachineFacts;
  readonly engine: string;
  readonly chatbench: string;
  readonly targetUrl: string;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Where a run took place: flat text for the record and its report. */
export function fingerprint(input: FingerprintInput): Environment {
  const { machine } = input;
  const shared = LOOPBACK.has(new URL(input.targetUrl).hostname);
  return {
    "Load generator": `${machine.host}: ${String(machine.cores)} cores, ${formatValue(machine.memoryBytes, "bytes")}, ${machine.processor}`,
    System: `${machine.system} (${machine.architecture})`,
    Isolation: shared
      ? "The target runs on the load generator's own machine: they compete for its cores."
      : "The target is reached over the network.",
    Engine: input.engine,
    Chatbench: `${input.chatbench} on Node ${machine.node}`,
  };
}
