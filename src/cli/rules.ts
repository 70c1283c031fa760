import { Command } from "commander";
import { join, resolve } from "node:path";
import { writeDashboards, writeRules } from "../stack/index.ts";
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

/** For people with a Grafana of their own: what alerts and dashboards link to is the same. */
export function dashboardsCommand(context: Context): Command {
  return new Command("dashboards")
    .description("Write the dashboards for a Grafana of your own, with your links in them.")
    .requiredOption("--out <folder>", "where the files go; older ones of the same names are replaced")
    .action(async (_: unknown, command: Command) =>
      context.exitWith(await dashboards(context, command.optsWithGlobals())),
    );
}

function rules(context: Context, options: RulesOptions): Promise<number> {
  return place(context, options, {
    ...{ command: "rules", from: join("prometheus", "rules"), write: writeRules },
    hint: (folder) => `Name them in rule_files of your prometheus.yml: ${join(folder, "*.yml")}`,
  });
}

function dashboards(context: Context, options: RulesOptions): Promise<number> {
  return place(context, options, {
    ...{ command: "dashboards", from: join("grafana", "dashboards"), write: writeDashboards },
    hint: (folder) => `Name the folder in a dashboard provider of your Grafana, or import the files: ${folder}`,
  });
}

interface Placed {
  readonly command: string;
  /** Below the clone. */
  readonly from: string;
  readonly write: typeof writeRules;
  readonly hint: (folder: string) => string;
}

async function place(context: Context, { config: file, out }: RulesOptions, what: Placed): Promise<number> {
  const config = await loadOrTell(context, file);
  if (config === undefined) return EXIT.usage;
  const folders = { from: join(context.home, what.from), to: resolve(context.machine.cwd, out) };
  const written = await what.write(folders, config.links);
  if ("problem" in written) {
    context.console.note(`chatbench ${what.command}: ${written.problem}`);
    return EXIT.broken;
  }
  for (const path of written.paths) context.console.result(path);
  context.console.note(what.hint(folders.to));
  return EXIT.ok;
}
