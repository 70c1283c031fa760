import { resolve } from "node:path";
import * as files from "../platform/files.ts";
import { loadConfig } from "../config/index.ts";
import { formatDiagnostic, type Config } from "../model/index.ts";
import type { Context } from "./context.ts";

/** The checked configuration, or undefined after every problem was told. Warnings are told and do not stop. */
export async function loadOrTell(context: Context, file: string): Promise<Config | undefined> {
  const loaded = await loadConfig(resolve(context.machine.cwd, file), { files, environment: context.machine.env });
  const told = "problems" in loaded ? loaded.problems : loaded.warnings;
  for (const diagnostic of told) context.console.note(formatDiagnostic(diagnostic));
  return "problems" in loaded ? undefined : loaded.config;
}
