import type { EnvironmentDemand } from "./environment.ts";
import type { Load } from "./load.ts";
import type { Objective } from "./objective.ts";
import type { CacheState, PromptSource } from "./prompts.ts";
import type { SchedulePlan } from "./schedule.ts";
import type { Secret } from "./secret.ts";
import type { UptimeObjective } from "./uptime.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Of the machine, a container or a process of this machine: what serves the target. */
export interface ResourceSources {
  readonly nodeExporter?: string;
  readonly cadvisor?: { readonly url: string; readonly container: string };
  readonly process?: { readonly port: number } | { readonly pidFile: string };
}

/** The chatbot or gateway under test. */
export interface Target {
  readonly name: string;
  /** http(s) URL without trailing slash. */
  readonly baseUrl: string;
  readonly postgres?: { readonly url: Secret };
  readonly redis?: { readonly url: Secret };
  /** Where CPU, memory and network are read; absent: from the process that listens there, if it runs on this machine. */
  readonly resources?: ResourceSources;
  /** Any page in Prometheus' text format, of which only the named metrics are read. */
  readonly metrics?: { readonly url: string; readonly names: readonly string[] };
  /** Standing objective, beside those of the runs. */
  readonly uptime?: UptimeObjective;
  /** Asked by the probes and answered by 2xx while all is well, e.g. `/healthz`; absent: any answer of the base address below 500. */
  readonly healthPath?: string;
}

/**
 * What one request of the load is: `http`, an answer of k6/http; else an exchange, one message and its whole streamed
 * answer, read by the stream probe (`stream`) or by the script itself (`websocket`).
 */
export const TRAFFICS = ["http", "stream", "websocket"] as const;
export type Traffic = (typeof TRAFFICS)[number];

/** What makes the load: stock k6, or Locust for scripts in Python. */
export const ENGINE_NAMES = ["k6", "locust"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A script + a load pattern + a target + objectives, frozen when a run begins. */
export interface Scenario {
  readonly name: string;
  /** Absolute path, inside the scripts folder. */
  readonly script: string;
  /** Absent: `k6`. */
  readonly engine?: EngineName;
  readonly target: Target;
  /** Absent: `http`. */
  readonly traffic?: Traffic;
  readonly load: Load;
  readonly objectives: readonly Objective[];
  /** Options of our scripts (paths, bodies, turns, think time); they reach the script as CHATBENCH_PARAMS. */
  readonly params: Readonly<Record<string, Json>>;
  /** What the users say; absent: what the script has them say. */
  readonly prompts?: PromptSource;
  /** Absent: `as_is`. */
  readonly cache?: CacheState;
  /** Extra environment of the script (`__ENV`), values that are no secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Reach the script through k6/secrets, by a 0600 file: never by argv or environment. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** After this many seconds a trial is ended as `timeout`; undefined: what k6 says it can last, plus a minute. */
  readonly maxSeconds?: number;
  /** Absent: `report`. */
  readonly environment?: EnvironmentDemand;
  readonly schedule?: SchedulePlan;
}
