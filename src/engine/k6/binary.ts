import { reason, type Clock, type Reason } from "../../model/index.ts";
import { findExecutables, whyNotExecutable } from "../../platform/executables.ts";
import { fileVersion } from "../../platform/file-version.ts";
import { outputOf } from "../../platform/process-output.ts";

/** Stock k6 in this range (docs/decisions): 1.x ignores K6_FEATURES, 3.x is unknown. */
export const K6_RANGE = { least: [2, 2], below: [3, 0], text: ">= 2.2 and < 3" } as const;

const HOW_TO_INSTALL =
  "Run `npm run setup` (it builds the pinned k6 with Go), or install k6 from its official packages: https://grafana.com/docs/k6/latest/set-up/install-k6/";

export interface K6Binary {
  readonly path: string;
  readonly version: string;
}

export interface K6Search {
  /** A PATH text. */
  readonly searchPath: string;
  /** Folders asked after PATH, such as `.tools/bin`. */
  readonly folders: readonly string[];
  /** A path that somebody named: then only this one counts. */
  readonly named?: string;
}

/** How long an answer stands. A launcher in PATH may lead to another k6 without changing itself. */
const ASK_AGAIN_MS = 60_000;

/**
 * Finds k6 each time it is asked, for as long as a daemon lives: k6 may be removed or replaced under it. What it
 * answered is believed for a minute while the file stays the same; that nothing usable was found, never.
 */
export function createK6Finder(search: K6Search, clock: Clock): () => ReturnType<typeof findK6> {
  let last: { readonly binary: K6Binary; readonly file: string | undefined; readonly at: number } | undefined;
  return async () => {
    const age = last === undefined ? Infinity : clock.now() - last.at;
    const isFresh = age >= 0 && age < ASK_AGAIN_MS;
    if (last !== undefined && isFresh && last.file !== undefined && last.file === (await fileVersion(last.binary.path)))
      return { binary: last.binary };
    const at = clock.now();
    const found = await findK6(search);
    last = "binary" in found ? { ...found, file: await fileVersion(found.binary.path), at } : undefined;
    return found;
  };
}

/** The first k6 in range; where there is none, what was found instead and what to do. */
export async function findK6(search: K6Search): Promise<{ binary: K6Binary } | { problem: Reason }> {
  if (search.named !== undefined) {
    const why = await whyNotExecutable(search.named);
    if (why !== undefined)
      return { problem: reason("engine_missing", `The k6 that was named cannot be run: ${why}. ${HOW_TO_INSTALL}`) };
  }
  const paths =
    search.named === undefined ? await findExecutables("k6", search.searchPath, search.folders) : [search.named];
  const wrong: string[] = [];
  for (const path of paths) {
    const version = await versionOf(path);
    if (version !== undefined && isInRange(version)) return { binary: { path, version } };
    wrong.push(`${path} is ${version ?? "not a k6 that tells its version"}`);
  }
  if (wrong.length > 0) {
    return {
      problem: reason(
        "engine_version",
        `No usable k6: ${wrong.join("; ")}; wanted ${K6_RANGE.text}. ${HOW_TO_INSTALL}`,
      ),
    };
  }
  return { problem: reason("engine_missing", `No k6 on PATH nor in ${search.folders.join(", ")}. ${HOW_TO_INSTALL}`) };
}

async function versionOf(path: string): Promise<string | undefined> {
  const output = await outputOf(
    { command: path, args: ["version"], cwd: "/", env: { K6_AUTO_EXTENSION_RESOLUTION: "false" } },
    { timeoutMs: 10_000 },
  );
  if ("problem" in output) return undefined;
  return /k6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/.exec(output.stdout)?.[1];
}

/** True for a version text (`2.2.0`) inside K6_RANGE. */
export function isInRange(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = K6_RANGE.least;
  return (major > leastMajor || (major === leastMajor && minor >= leastMinor)) && major < K6_RANGE.below[0];
}
