import { join } from "node:path";
import { Secret, type Config } from "../model/index.ts";

/** Where the queue and the index of runs live. */
export type DatabasePlace =
  { readonly kind: "postgres"; readonly url: Secret } | { readonly kind: "embedded"; readonly folder: string };

/** The configured database, else the one of DATABASE_URL, else the embedded one beside the results. */
export function databasePlace(config: Config, env: Readonly<Record<string, string | undefined>>): DatabasePlace {
  const inherited = env.DATABASE_URL ?? "";
  if (config.database !== undefined) return { kind: "postgres", url: config.database.url };
  if (inherited !== "") return { kind: "postgres", url: new Secret(inherited) };
  return { kind: "embedded", folder: join(config.results.folder, ".store") };
}
