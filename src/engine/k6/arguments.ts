import { basename } from "node:path";
import type { TrialWork } from "../../model/index.ts";

export interface RunFiles {
  readonly wrapper: string;
  readonly record: string;
  /** k6's own configuration: an empty one of the run, so that nobody's home folder changes a benchmark. */
  readonly config: string;
  readonly secrets?: string;
}

/**
 * Arguments that `k6 run` and `k6 inspect` share; no value of a secret is among them. Files are named relative to the
 * run's folder, in which k6 runs: it would take apart a path with a comma, `&`, `+` or `%` in it.
 */
export function commonArguments(files: Pick<RunFiles, "config" | "secrets">): string[] {
  return [
    "--no-color",
    "--log-format=json",
    `--config=${basename(files.config)}`,
    ...(files.secrets === undefined ? [] : [`--secret-source=file=${basename(files.secrets)}`]),
  ];
}

/**
 * Never `-u`, `-d` or `-s`: they discard `options.scenarios` and with them every tagged threshold, which then passes.
 * The dashboard listens on a free port of the loopback address only; its record is our timeline and live view.
 */
export function runArguments(work: TrialWork, files: RunFiles): string[] {
  const tags: Record<string, string> = {
    testid: work.runId,
    chatbench_scenario: work.scenario.name,
    target: work.scenario.target.name,
    trigger: work.trigger,
    // A later trial counts from zero again: under the same labels Prometheus would only know the last one.
    ...(work.index === 0 ? {} : { chatbench_trial: String(work.index) }),
  };
  return [
    "run",
    "--quiet",
    ...commonArguments(files),
    ...Object.entries(tags).map(([name, value]) => `--tag=${name}=${value}`),
    `--out=web-dashboard=host=127.0.0.1&port=0&period=1s&record=${basename(files.record)}`,
    ...(work.prometheusUrl === undefined ? [] : ["--out=experimental-prometheus-rw"]),
    "--",
    files.wrapper,
  ];
}
