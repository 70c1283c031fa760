import { Command } from "commander";
import { join, resolve } from "node:path";
import { writeRules } from "../stack/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

interface RulesOptions {
  readonly config: string;
  readonly out: string;
}

/** For people with a Prometheus of their own; `stack up` places the rules by itself. */
export function rulesCommand(context: Context): Command {
  return new Command("rules")
    .description("Write the recording and alerting rules for a Prometheus of your own, with your links in them.")
    .requiredOption("--out <folder>", "where the files go; older ones of the same names are replaced")
    .action(async (_: unknown, command: Command) => context.exitWith(await rules(context, command.optsWithGlobals())));
}

async function rules(context: Context, { config: file, out }: RulesOptions): Promise<number> {
  const config = await loadOrTell(context, file);
  if (config === undefined) return EXIT.usage;
  const folders = { from: join(context.home, "prometheus", "rules"), to: resolve(context.machine.cwd, out) };
  const written = await writeRules(folders, config.links);
  if ("problem" in written) {
    context.console.note(`chatbench rules: ${written.problem}`);
    return EXIT.broken;
  }
  for (const path of written.paths) context.console.result(path);
  context.console.note(`Name them in rule_files of your prometheus.yml: ${join(folders.to, "*.yml")}`);
  return EXIT.ok;
}
