import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./k6.ts";

/** What CONTRIBUTING.md shows to change, by the heading above it. */
export function contributingDiffs(): ReadonlyMap<string, string> {
  const guide = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
  const sections = guide.split(/^## /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const diffs = [...section.matchAll(/^```diff\n(.*?)^```/gms)].map(([, diff = ""]) => diff);
      return diffs.length === 0 ? [] : [[section.slice(0, section.indexOf("\n")), diffs.join("")] as const];
    }),
  );
}

/** What git has against the diff; empty when it applies. With `--check` no file is touched. */
export function gitApply(diff: string, folder: string, flags: readonly string[] = []): string {
  // In a folder of a repository further up git would leave the files out and say that all is well.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
  const { status, stderr, error } = spawnSync("git", ["apply", ...flags], {
    ...{ cwd: folder, env, input: diff, encoding: "utf8" },
  });
  if (error !== undefined) throw error;
  return status === 0 ? "" : stderr;
}
