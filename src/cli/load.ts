import { dirname, join, resolve } from "node:path";
import { loadConfig } from "../config/index.ts";
import type { Loaded } from "../daemon/configuration.ts";
import { formatDiagnostic, type Config } from "../model/index.ts";
import * as files from "../platform/files.ts";
import type { Context } from "./context.ts";

/** The checked configuration, or undefined after every problem was told. Warnings are told and do not stop. */
export async function loadOrTell(context: Context, file: string): Promise<Config | undefined> {
  return (await loadedOrTell(context, file))?.config;
}

/** The same with the hash of the file. */
export async function loadedOrTell(context: Context, file: string): Promise<Loaded | undefined> {
  const loaded = await loadConfig(resolve(context.machine.cwd, file), { files, environment: context.machine.env });
  const told = "problems" in loaded ? loaded.problems : loaded.warnings;
  for (const diagnostic of told) context.console.note(formatDiagnostic(diagnostic));
  return "problems" in loaded ? undefined : loaded;
}

/**
 * Where the results lie, for commands that only read: a secret that is missing here, or a typing error, must not hide
 * yesterday's runs. Without a sound configuration it is the default folder beside it.
 */
export async function resultsFolder(context: Context, file: string): Promise<string> {
  return (await results(context, file)).folder;
}

/** The same with the configuration, where it is sound. */
export async function results(
  context: Context,
  file: string,
): Promise<{ readonly folder: string; readonly config?: Config }> {
  const path = resolve(context.machine.cwd, file);
  const loaded = await loadConfig(path, { files, environment: context.machine.env });
  if ("config" in loaded) return { folder: loaded.config.results.folder, config: loaded.config };
  const folder = join(dirname(path), "results");
  context.console.note(`chatbench: ${file} has problems (\`chatbench validate\` tells them); reading ${folder}.`);
  return { folder };
}
