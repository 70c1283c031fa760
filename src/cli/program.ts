import { Command } from "commander";
import { VERSION } from "../version.ts";
import { baselineCommand } from "./baseline.ts";
import type { Context } from "./context.ts";
import { doctorCommand } from "./doctor.ts";
import { initCommand } from "./init.ts";
import { rebuildCommand } from "./rebuild.ts";
import { reportCommand } from "./report.ts";
import { dashboardsCommand, rulesCommand } from "./rules.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { serveCommand } from "./serve.ts";
import { showCommand } from "./show.ts";
import { stackCommand } from "./stack.ts";
import { validateCommand } from "./validate.ts";

const COMMANDS = [
  initCommand,
  validateCommand,
  doctorCommand,
  runCommand,
  serveCommand,
  runsCommand,
  showCommand,
  reportCommand,
  rebuildCommand,
  baselineCommand,
  stackCommand,
  rulesCommand,
  dashboardsCommand,
];

/** The whole command line; one file a command. */
export function createProgram(context: Context): Command {
  const program = new Command("chatbench")
    .description("Continuous benchmarking for chatbots, native to k6, Prometheus and Grafana.")
    .version(VERSION)
    .option("-c, --config <file>", "the configuration", "chatbench.yml")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 pass or warning, 1 fail, 2 wrong usage or configuration, 3 invalid, 4 error, 130 stopped by a person.",
    );
  for (const command of COMMANDS) program.addCommand(command(context));
  for (const command of [program, ...program.commands.flatMap((own) => [own, ...own.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.machine.stdout.write(text),
      writeErr: (text) => context.machine.stderr.write(text),
    });
  }
  return program;
}
