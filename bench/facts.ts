import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import type { Stamp } from "./sections.ts";

/** Where the figures come from. */
export type Facts = readonly (readonly [name: string, value: string])[];

export function factsOf(k6: string, root: string): Facts {
  return [
    ["k6", /v\d+\.\d+\.\d+/.exec(say(root, k6, "version"))?.[0] ?? "unknown"],
    ["Node", process.version],
    ["Processor", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
    ["Memory", `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`],
    ["System", `${type()} ${release()}`],
  ];
}

/** Begins a measurement; what is returned ends it. */
export function startStamp(root: string): () => Stamp {
  const before = loadText();
  const changed = say(root, "git", "status", "--porcelain", "--", "src") === "" ? "" : " with changes not committed";
  const commit = say(root, "git", "rev-parse", "--short", "HEAD") + changed;
  const date = `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return () => ({ date, commit, load: [before, loadText()] });
}

function say(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

/** Of the last minute; a machine that does other things too is told by it. */
function loadText(): string {
  return loadavg()[0]?.toFixed(2) ?? "unknown";
}
