import { after } from "./clock.ts";
import { startProcess, type ChildSpec } from "./process.ts";

const MAX_OUTPUT = 4 * 1024 * 1024;

export interface ProcessOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface OutputLimits {
  /** The whole group is killed after this time. */
  readonly timeoutMs: number;
  /** The whole group is killed at once. */
  readonly kill?: AbortSignal;
}

/** Runs a short command to its end and returns what it printed (up to 4 MiB each way). */
export async function outputOf(
  spec: Omit<ChildSpec, "onStdoutLine" | "onStderrLine" | "log" | "kill">,
  { timeoutMs, kill }: OutputLimits,
): Promise<ProcessOutput | { readonly problem: string }> {
  const stdout = createCollector();
  const stderr = createCollector();
  const started = await startProcess({
    ...{ ...spec, onStdoutLine: stdout.add, onStderrLine: stderr.add },
    ...(kill && { kill }),
  });
  if ("problem" in started) return started;
  let timedOut = false;
  const cancel = after(timeoutMs, () => {
    timedOut = true;
    started.child.kill();
  });
  const { code } = await started.child.exited;
  cancel();
  started.child.kill(); // whatever it left running in its group
  return { code, stdout: stdout.text(), stderr: stderr.text(), timedOut };
}

function createCollector(): { add: (line: string) => void; text: () => string } {
  const lines: string[] = [];
  let size = 0;
  return {
    add: (line) => {
      size += line.length + 1;
      if (size <= MAX_OUTPUT) lines.push(line);
    },
    text: () => lines.join("\n"),
  };
}
