/** What `doctor` looks at, in the order in which it is told. */
export const CHECKS = {
  target_cores: "Cores of the target's machine",
  target_memory: "Memory of the target's machine",
  network_latency: "Network latency to the target",
  postgres_version: "PostgreSQL",
  postgres_connections: "Room in PostgreSQL",
  redis_version: "Redis",
  redis_persistence: "Persistence of Redis",
  target_address: "Address of the target",
  isolation: "Isolation of the load generator",
  file_limit: "Open files",
  cpu_quota: "CPU of the load generator",
  clock_source: "Clock source",
  clock_synchronised: "Time of day",
  cpu_governor: "CPU governor",
  other_load: "Other load",
} as const;
export type CheckName = keyof typeof CHECKS;

/** `note`: worth knowing, or not to be known; never `ok` on nothing. `violation`: not what benchmarks are to be run on. */
export const FINDING_RESULTS = ["ok", "note", "violation"] as const;
export type FindingResult = (typeof FINDING_RESULTS)[number];

export interface Finding {
  readonly check: CheckName;
  readonly result: FindingResult;
  /** One sentence: what is so, and where it is a violation what to do. */
  readonly text: string;
}

/** `strict`: with a violation there is no load, and the run is invalid. */
export const ENVIRONMENT_DEMANDS = ["report", "strict"] as const;
export type EnvironmentDemand = (typeof ENVIRONMENT_DEMANDS)[number];
