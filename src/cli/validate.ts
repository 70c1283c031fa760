import { Command } from "commander";
import { join } from "node:path";
import type { Config, Scenario, TrialWork } from "../model/index.ts";
import { runIdOf } from "../model/index.ts";
import { makeTemporaryFolder, removeFolder } from "../platform/files.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

export function validateCommand(context: Context): Command {
  return new Command("validate")
    .description("Check the configuration, and ask k6 whether it can use each script; makes no load.")
    .action(async (_: unknown, command: Command) => {
      const { config }: { config: string } = command.optsWithGlobals();
      context.exitWith(await validate(context, config));
    });
}

async function validate(context: Context, file: string): Promise<number> {
  const config = await loadOrTell(context, file);
  if (config === undefined) return EXIT.usage;
  const problems = await scriptProblems(context, config);
  problems.forEach((problem) => context.console.note(`${config.file}: error: ${problem}`));
  if (problems.length > 0) return EXIT.usage;
  const count = Object.keys(config.scenarios).length;
  context.console.result(
    `${config.file} is fine: ${count} ${count === 1 ? "scenario" : "scenarios"}, each measurable by its pattern and script.`,
  );
  return EXIT.ok;
}

/** What k6 says of each scenario's script; no k6 is one problem, not one a scenario. */
async function scriptProblems(context: Context, config: Config): Promise<string[]> {
  const version = await context.engine.version();
  if ("problem" in version) return [version.problem.text];
  const folder = await makeTemporaryFolder("chatbench-validate-");
  try {
    const problems: string[] = [];
    for (const scenario of Object.values(config.scenarios)) {
      const asked = await context.engine.inspect(workFor(scenario, folder, context));
      if ("problem" in asked) problems.push(`scenario ${scenario.name}: ${asked.problem.text}`);
    }
    return problems;
  } finally {
    await removeFolder(join(folder));
  }
}

function workFor(scenario: Scenario, folder: string, context: Context): TrialWork {
  return { runId: runIdOf(context.clock.now(), scenario.name, "0000"), index: 0, scenario, trigger: "manual", folder };
}
