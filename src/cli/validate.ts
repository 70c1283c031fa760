import { Command } from "commander";
import { join } from "node:path";
import type { Config, Scenario, TrialWork } from "../model/index.ts";
import { runIdOf } from "../model/index.ts";
import { makeTemporaryFolder, removeFolder } from "../platform/files.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";
import { onAnyStop } from "./stop-switch.ts";

export function validateCommand(context: Context): Command {
  return new Command("validate")
    .description("Check the configuration, and ask k6 or Locust whether it can use each script; makes no load.")
    .action(async (_: unknown, command: Command) => {
      const { config }: { config: string } = command.optsWithGlobals();
      context.exitWith(await validate(context, config));
    });
}

async function validate(context: Context, file: string): Promise<number> {
  const config = await loadOrTell(context, file);
  if (config === undefined) return EXIT.usage;
  const stopped = new AbortController();
  const close = onAnyStop(context.machine, () => stopped.abort());
  const { problems, unchecked } = await scriptProblems(context, config, stopped.signal).finally(close);
  if (stopped.signal.aborted) {
    context.console.note("chatbench: stopped before every script was asked.");
    return EXIT.interrupted;
  }
  unchecked.forEach((warning) => context.console.note(`${config.file}: warning: ${warning}`));
  problems.forEach((problem) => context.console.note(`${config.file}: error: ${problem}`));
  if (problems.length > 0) return EXIT.usage;
  const count = Object.keys(config.scenarios).length;
  context.console.result(
    `${config.file} is fine: ${count} ${count === 1 ? "scenario" : "scenarios"}, each measurable by its pattern and script.`,
  );
  return EXIT.ok;
}

interface Checked {
  readonly problems: string[];
  /** Scenarios whose engine is not here: they cannot run here, and say nothing against the file. */
  readonly unchecked: string[];
}

/** What the engines say of each scenario's script; no k6, without which nothing is ready, is one problem. */
async function scriptProblems(context: Context, config: Config, stop: AbortSignal): Promise<Checked> {
  const version = await context.engine.version();
  if ("problem" in version) return { problems: [version.problem.text], unchecked: [] };
  const folder = await makeTemporaryFolder("chatbench-validate-");
  try {
    const [problems, unchecked]: [string[], string[]] = [[], []];
    for (const scenario of Object.values(config.scenarios)) {
      if (stop.aborted) break;
      const engine = await context.engine.version(scenario);
      if ("problem" in engine) {
        unchecked.push(`scenario ${scenario.name} cannot run here: ${engine.problem.text}`);
        continue;
      }
      const asked = await context.engine.inspect(workFor(scenario, folder, context), stop);
      if ("problem" in asked) problems.push(`scenario ${scenario.name}: ${asked.problem.text}`);
    }
    return { problems, unchecked };
  } finally {
    await removeFolder(join(folder));
  }
}

function workFor(scenario: Scenario, folder: string, context: Context): TrialWork {
  return { runId: runIdOf(context.clock.now(), scenario.name, "0000"), index: 0, scenario, trigger: "manual", folder };
}
