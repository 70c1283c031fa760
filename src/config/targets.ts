import { resolve } from "node:path";
import { Secret, type ResourceSources, type Target } from "../model/index.ts";
import { databaseProblem, type Database } from "./addresses.ts";
import type { Context } from "./context.ts";
import type { SecretSource } from "./fields.ts";
import type { TargetInput } from "./schema.ts";
import { fetchSecret } from "./secrets.ts";
import type { Path } from "./yaml-text.ts";

/** Builds a target from those of its keys that are sound; undefined (all reported) when something is wrong. */
export async function buildTarget(
  name: string,
  input: Partial<TargetInput>,
  context: Context,
): Promise<Target | undefined> {
  const urlOf = (database: Database): Promise<{ url: Secret } | undefined> =>
    databaseUrl(input[database]?.url, database, { path: ["targets", name, database, "url"], context });
  const [postgres, redis] = [await urlOf("postgres"), await urlOf("redis")];
  if (input.base_url === undefined) return undefined;
  return {
    name,
    baseUrl: input.base_url,
    ...(postgres === undefined ? {} : { postgres }),
    ...(redis === undefined ? {} : { redis }),
    ...(input.uptime === undefined ? {} : { uptime: input.uptime }),
    ...(input.health_path === undefined ? {} : { healthPath: input.health_path }),
    ...(input.resources === undefined ? {} : { resources: resourcesOf(input.resources, context) }),
    ...(input.metrics === undefined ? {} : { metrics: input.metrics }),
  };
}

function resourcesOf(input: NonNullable<TargetInput["resources"]>, { folder }: Context): ResourceSources {
  const { node_exporter: nodeExporter, process: local, ...others } = input;
  const file = local?.pid_file;
  const process = file === undefined ? local?.port && { port: local.port } : { pidFile: resolve(folder, file) };
  return {
    ...(nodeExporter === undefined ? {} : { nodeExporter }),
    ...others,
    ...(process && { process }),
  };
}

/** A database's address; undefined when there is none, or when that was reported. */
export async function databaseUrl(
  written: string | SecretSource | undefined,
  database: Database,
  { path, context }: { readonly path: Path; readonly context: Context },
): Promise<{ readonly url: Secret } | undefined> {
  if (written === undefined) return undefined;
  if (typeof written === "string") return { url: new Secret(written) };
  const secret = await fetchSecret(written, path, context);
  if (secret === undefined) return undefined;
  const problem = databaseProblem(secret.reveal(), database);
  if (problem === undefined) return { url: secret };
  context.report(path, `the value of this secret ${problem}`);
  return undefined;
}
