import type { readTextFile, realPath, statOf, listFolder } from "../platform/files.ts";
import type { Diagnostic } from "../model/index.ts";
import type { Path } from "./yaml-text.ts";

/** The part of the machine that a configuration looks at: `platform/files.ts` has exactly this shape. */
export interface ConfigFiles {
  readonly readTextFile: typeof readTextFile;
  readonly realPath: typeof realPath;
  readonly statOf: typeof statOf;
  readonly listFolder: typeof listFolder;
}

export interface ConfigDeps {
  readonly files: ConfigFiles;
  /** The process's environment: where `{ env: NAME }` secrets come from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What every part of the check shares: where things are, and whom to tell. */
export interface Context extends ConfigDeps {
  /** Folder of the configuration file: absolute. */
  readonly folder: string;
  readonly report: (path: Path, message: string, options?: ReportOptions) => void;
}

export interface ReportOptions {
  readonly at?: "key" | "value";
  readonly severity?: Diagnostic["severity"];
}

/** Own entries of a mapping; of anything else none. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** A mapping without a prototype, so that no name is found in it that was not written. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const record = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) record[key] = value;
  return record;
}

/** Freezes plain data and all in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
