import { spawn } from "node:child_process";

export interface Timed {
  readonly code: number;
  /** User and system time of the whole tree of processes, as the kernel accounts it to whoever waited for it. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Wall time in milliseconds at which the command was spawned. */
  readonly startedAt: number;
  readonly output: string;
}

export interface Command {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onPid?: (pid: number) => void;
}

/** bash adds up what its children and all that they waited for have used, in milliseconds: getrusage(RUSAGE_CHILDREN). */
const MEASURE = `LC_ALL=C; TIMEFORMAT=$'\\nbench-cpu %3U %3S %3R'; time "$@"`;

/** Runs a command to its end and says what it cost. */
export async function timed({ command, cwd, env, onPid }: Command): Promise<Timed> {
  const startedAt = Date.now();
  const child = spawn("bash", ["-c", MEASURE, "bash", ...command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) onPid?.(child.pid);
  const printed: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve(exit ?? -1));
  });
  const output = printed.join("");
  const found = /bench-cpu (\d+\.\d+) (\d+\.\d+) (\d+\.\d+)/.exec(output);
  if (found === null) throw new Error(`bash measured nothing of ${command.join(" ")}:\n${output}`);
  const [user = NaN, system = NaN, wallSeconds = NaN] = found.slice(1).map(Number);
  return { code, cpuSeconds: user + system, wallSeconds, startedAt, output };
}

/** The document that `--json` prints among what else was printed. */
export function jsonOf(output: string): string {
  return output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
}
