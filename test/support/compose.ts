import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const ROOT = join(import.meta.dirname, "../..");
export const COMPOSE_FILE = join(ROOT, "docker-compose.benchmark.yml");

export interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly user?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly group_add?: readonly string[];
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly pid?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | Bind)[];
  readonly cpuset?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<"cpus" | "memory", string>> } };
}

export interface Bind {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly bind?: { readonly create_host_path?: boolean };
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The compose file as an engine reads it where no variable is set: merge keys followed, defaults put in. */
export function readCompose(): Compose {
  return parse(readFileSync(COMPOSE_FILE, "utf8"), withDefault, { merge: true }) as Compose;
}

/** Values stay texts: an engine puts variables in after YAML was read. */
function withDefault(_: unknown, value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\$\{\w+:-([^}]*)\}/g, "$1").replaceAll("$$", "$") : value;
}

export function serviceOf(compose: Compose, name: string): Service {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`the compose file has no service ${name}`);
  return service;
}

/** Bind mounts of files and folders of this repository. */
export function bindsOf({ volumes = [] }: Service): readonly Bind[] {
  return volumes.filter((volume): volume is Bind => typeof volume !== "string" && volume.type === "bind");
}
