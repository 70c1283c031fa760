import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";

/** Where and when the figures come from. */
export type Facts = readonly (readonly [name: string, value: string])[];

export function factsOf(k6: string, root: string): Facts {
  const say = (command: string, ...args: string[]): string => {
    try {
      return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      return "unknown";
    }
  };
  const changed = say("git", "status", "--porcelain", "--", "src") === "" ? "" : ", with changes not committed";
  return [
    ["Date", new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ["Chatbench", say("git", "rev-parse", "--short", "HEAD") + changed],
    ["k6", /v\d+\.\d+\.\d+/.exec(say(k6, "version"))?.[0] ?? "unknown"],
    ["Node", process.version],
    ["Processor", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
    ["Memory", `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`],
    ["System", `${type()} ${release()}`],
    ["Load average at the start", loadText()],
  ];
}

/** Of the last minute; a machine that does other things too is told by it. */
export function loadText(): string {
  return loadavg()[0]?.toFixed(2) ?? "unknown";
}
