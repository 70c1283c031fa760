import type { TargetFacts } from "../model/index.ts";
import type { MachineFacts } from "../platform/machine.ts";
import type { SystemFacts } from "../platform/system-facts.ts";

/** Where the target listens, as seen from here. */
export interface ReachFacts {
  /** Host as the configuration names it. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Seconds that each of several TCP connections took. */
  readonly connectSeconds: readonly number[];
  /** Why there are none. */
  readonly problem?: string;
}

/** What is known before a load, from which findings are judged: plain values. */
export interface EnvironmentFacts {
  readonly machine: MachineFacts;
  readonly system: SystemFacts;
  readonly reach: ReachFacts;
  readonly target: TargetFacts;
  /** Parts of the target that the configuration names. */
  readonly configured: { readonly postgres: boolean; readonly redis: boolean };
  /** Most users of the load; undefined: the script decides. */
  readonly users: number | undefined;
  /** Its answers are streams, which Chatbench's own process reads. */
  readonly areStreamed: boolean;
  /** Share of this machine's CPU time that was used just before the load, and that a hypervisor gave to others. */
  readonly load: { readonly busy: number; readonly stolen: number } | undefined;
}
