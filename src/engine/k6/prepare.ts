import { reason, type Reason, type TrialWork } from "../../model/index.ts";
import { readTextFile, writeFileAtomic } from "../../platform/files.ts";
import { outputOf, type ProcessOutput } from "../../platform/process-output.ts";
import { commonArguments, type RunFiles } from "./arguments.ts";
import { createLogReader } from "./log.ts";
import { parseInspection, type ScriptOptions } from "./script-options.ts";

const INSPECT_TIMEOUT_MS = 60_000;
const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;

export interface InspectInput {
  readonly binary: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: Pick<RunFiles, "config" | "secrets">;
  /** Ends k6 at once. */
  readonly kill?: AbortSignal;
}

/** Asks k6 what the script's options are: its init code runs, no load is made. */
export async function inspectScript(
  work: TrialWork,
  input: InspectInput,
): Promise<{ script: ScriptOptions } | { problem: Reason }> {
  const path = work.scenario.script;
  const file = await readTextFile(path, { maxBytes: MAX_SCRIPT_BYTES });
  if ("problem" in file)
    return { problem: reason("script_unreadable", `The script cannot be read: ${file.problem.text}`) };
  const output = await outputOf(
    {
      command: input.binary,
      args: [
        "inspect",
        "--execution-requirements",
        "--include-system-env-vars",
        ...commonArguments(input.files),
        "--",
        path,
      ],
      cwd: work.folder,
      env: input.env,
    },
    { timeoutMs: INSPECT_TIMEOUT_MS, ...(input.kill === undefined ? {} : { kill: input.kill }) },
  );
  if ("problem" in output) {
    return {
      problem: reason("engine_failed_to_start", `k6 could not be started (${output.problem}): ${input.binary}`),
    };
  }
  const script = output.code === 0 ? parseInspection(output.stdout) : undefined;
  return script === undefined ? { problem: whyUnusable(path, output) } : { script };
}

function whyUnusable(path: string, output: ProcessOutput): Reason {
  if (output.timedOut) {
    const seconds = String(INSPECT_TIMEOUT_MS / 1000);
    return reason("script_broken", `The script's init code did not end within ${seconds} s: ${path}`);
  }
  const log = createLogReader();
  output.stderr.split("\n").forEach((line) => log.read(line));
  const why = log.lastError() ?? `k6 inspect ended with exit code ${String(output.code)}`;
  return reason(
    output.code === 104 ? "engine_configuration" : "script_broken",
    `k6 cannot use the script ${path}: ${why}`,
  );
}

/** Writes the scenario's secrets for k6/secrets: `name=value` lines in a file that only we can read. */
export async function writeSecrets(work: TrialWork, path: string): Promise<{ problem?: Reason }> {
  const broken = Object.entries(work.scenario.secrets).find(([, secret]) => /[\r\n]/.test(secret.reveal()))?.[0];
  if (broken !== undefined) {
    const text = `The secret "${broken}" holds a line break, which the secret files of k6 cannot: encode it, for example as base64.`;
    return { problem: reason("engine_configuration", text) };
  }
  const lines = Object.entries(work.scenario.secrets).map(([name, secret]) => `${name}=${secret.reveal()}\n`);
  const written = await writeFileAtomic(path, lines.join(""), { mode: 0o600 });
  return written.problem === undefined ? {} : { problem: reason("storage", written.problem.text) };
}
