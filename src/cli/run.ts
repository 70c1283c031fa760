import { Command } from "commander";
import { withOverrides, hint } from "../config/index.ts";
import { exitCodeOf } from "../judge/index.ts";
import { runningDaemon } from "../daemon/state-file.ts";
import type { Config, RunRecord, Scenario } from "../model/index.ts";
import type { RunWish } from "./client.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";
import { durationOption, usersOption } from "./parse.ts";
import { createRemoteRunner } from "./remote-runner.ts";
import { createRunner } from "./runner.ts";

interface RunOptions {
  readonly config: string;
  readonly users?: number;
  readonly duration?: number;
  readonly pattern?: string;
  readonly target?: string;
  readonly revision?: string;
  readonly json?: boolean;
}

export function runCommand(context: Context): Command {
  return new Command("run")
    .description("Run scenarios now and judge them; none named: all of them, one after the other.")
    .argument("[scenarios...]", "names from the configuration")
    .option("-u, --users <n>", "most users, in place of the pattern's", usersOption)
    .option("-d, --duration <time>", "how long is judged, such as 30s or 5m", durationOption)
    .option("--pattern <name>", "another load pattern")
    .option("--target <name>", "another target of the configuration")
    .option("--revision <sha>", "what is being tested, kept in the record")
    .option("--json", "one JSON document on standard output and nothing else")
    .action(async (names: string[], _: unknown, command: Command) => {
      const options: RunOptions = command.optsWithGlobals();
      context.exitWith(await run(context, names, options));
    });
}

async function run(context: Context, names: readonly string[], options: RunOptions): Promise<number> {
  const config = await loadOrTell(context, options.config);
  if (config === undefined) return EXIT.usage;
  const chosen = choose(config, names, options);
  if ("problems" in chosen) {
    chosen.problems.forEach((problem) => context.console.note(`chatbench run: ${problem}`));
    return EXIT.usage;
  }
  const daemon = await runningDaemon(config.results.folder);
  const runner =
    daemon === undefined
      ? await createRunner(context, config, options.json === true)
      : createRemoteRunner(context, { config, quiet: options.json === true, daemon });
  try {
    const records: RunRecord[] = [];
    let refused = false;
    for (const scenario of chosen.scenarios) {
      if (runner.stopped()) break;
      const record = await runner.run(scenario, wishOf(scenario.name, options));
      if (record === undefined) refused = true;
      else records.push(record);
    }
    if (options.json === true) context.console.result(JSON.stringify({ runs: records }, null, 2));
    if (runner.stopped()) return EXIT.interrupted;
    return refused && exitCodeOf(records) === 0 ? EXIT.broken : exitCodeOf(records);
  } finally {
    await runner.close();
  }
}

/** The same wish as the daemon's interface takes it: what was not said stays as configured. */
function wishOf(scenario: string, { target, pattern, users, duration, revision }: RunOptions): RunWish {
  return {
    scenario,
    ...(target === undefined ? {} : { target }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(users === undefined ? {} : { users }),
    ...(duration === undefined ? {} : { duration_seconds: duration }),
    ...(revision === undefined ? {} : { revision }),
  };
}

type Chosen = { readonly scenarios: readonly Scenario[] } | { readonly problems: readonly string[] };

/** The named scenarios with the command line's overrides on them, or every problem at once. */
function choose(config: Config, names: readonly string[], options: RunOptions): Chosen {
  const known = Object.keys(config.scenarios);
  const unknown = names.filter((name) => config.scenarios[name] === undefined);
  if (unknown.length > 0) {
    return {
      problems: unknown.map(
        (name) => `there is no scenario "${name}" in ${config.file}${hint(name, known, "scenarios")}`,
      ),
    };
  }
  const overrides = {
    ...(options.users === undefined ? {} : { users: options.users }),
    ...(options.duration === undefined ? {} : { durationSeconds: options.duration }),
    ...(options.pattern === undefined ? {} : { pattern: options.pattern }),
    ...(options.target === undefined ? {} : { target: options.target }),
  };
  const results = (names.length === 0 ? known : names)
    .flatMap((name) => config.scenarios[name] ?? [])
    .map((scenario) => withOverrides(scenario, config, overrides));
  const problems = results.flatMap((result) => ("problems" in result ? result.problems : []));
  return problems.length > 0
    ? { problems }
    : { scenarios: results.flatMap((result) => ("scenario" in result ? [result.scenario] : [])) };
}
