import { join } from "node:path";
import { Secret, type Clock, type Config, type Log } from "../model/index.ts";
import { openEmbeddedStore, openStore, type OpenStore } from "../store/index.ts";

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

export type OpenedDatabase =
  | { readonly store: OpenStore; readonly quarantined?: string; readonly text: string }
  /** Nothing that waiting would mend: another process has it, or the folder cannot be used. */
  | { readonly problem: string };

/** The store on that database; one that cannot be reached yet is open all the same. */
export async function openDatabase(place: DatabasePlace, clock: Clock, log: Log): Promise<OpenedDatabase> {
  const options = { clock, onProblem: (text: string) => log.warn(text, { source: "database" }) };
  if (place.kind === "postgres") return { store: openStore({ ...options, url: place.url }), text: "PostgreSQL" };
  const opened = await openEmbeddedStore({ ...options, folder: place.folder });
  return "problem" in opened ? opened : { ...opened, text: `the embedded database in ${place.folder}` };
}
