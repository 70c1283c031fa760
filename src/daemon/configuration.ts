import { loadConfig } from "../config/index.ts";
import type { Clock, Config, Diagnostic, Instant } from "../model/index.ts";
import * as files from "../platform/files.ts";

/** The configuration in use, which a bad file never replaces. */
export interface Configuration {
  current(): Config;
  /** Of the text of the file in use. */
  sha256(): string;
  reloadState(): { readonly succeeded: boolean; readonly at: Instant };
  /** Reads the file again: every problem, and nothing changed; or none, and the new one is in use. */
  reload(): Promise<{ readonly problems: readonly Diagnostic[]; readonly restartFor: readonly string[] }>;
}

/** A sound configuration as it was read. */
export interface Loaded {
  readonly config: Config;
  readonly sha256: string;
}

export interface ConfigurationDeps {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createConfiguration(
  { config: first, sha256: firstHash }: Loaded,
  { clock, env }: ConfigurationDeps,
): Configuration {
  let current = first;
  let sha256 = firstHash;
  let state = { succeeded: true, at: clock.now() };
  return {
    current: () => current,
    sha256: () => sha256,
    reloadState: () => state,
    async reload() {
      const loaded = await loadConfig(first.file, { files, environment: env });
      if ("problems" in loaded) {
        state = { ...state, succeeded: false };
        return { problems: loaded.problems, restartFor: [] };
      }
      const restartFor = fixedChanges(first, loaded.config);
      current = withFixed(first, loaded.config);
      sha256 = loaded.sha256;
      state = { succeeded: true, at: clock.now() };
      return { problems: [], restartFor };
    },
  };
}

/** What is tied to the life of the process: a port, a folder, a connection. */
const FIXED = {
  "server.listen": (config: Config) => config.server.listen,
  "server.web_config_file": (config: Config) => config.server.webConfigFile,
  "results.folder": (config: Config) => config.results.folder,
  "database.url": (config: Config) => config.database?.url.reveal(),
} as const;

function fixedChanges(first: Config, next: Config): readonly string[] {
  return Object.entries(FIXED)
    .filter(([, read]) => JSON.stringify(read(first)) !== JSON.stringify(read(next)))
    .map(([key]) => key);
}

/** What needs a restart stays as it was, so that what `/config` shows is what is in use. */
function withFixed(first: Config, next: Config): Config {
  const { listen, webConfigFile } = first.server;
  const { allowedHosts, token } = next.server;
  const { file, targets, scenarios, scripts, prometheus, queue, links } = next;
  return {
    ...{ file, targets, scenarios, scripts, queue, links },
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(first.database === undefined ? {} : { database: first.database }),
    results: { ...next.results, folder: first.results.folder },
    server: {
      ...{ listen, allowedHosts },
      ...(token === undefined ? {} : { token }),
      ...(webConfigFile === undefined ? {} : { webConfigFile }),
    },
  };
}
