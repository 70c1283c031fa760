import { Command } from "commander";
import { dirname, join, resolve } from "node:path";
import { startFile } from "../config/index.ts";
import { copyFolder, exists, writeFileAtomic } from "../platform/files.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export function initCommand(context: Context): Command {
  return new Command("init")
    .description(
      "Write a commented start configuration and, where there are none, the load tests; never over what exists.",
    )
    .action(async (_: unknown, command: Command) => {
      const { config }: { config: string } = command.optsWithGlobals();
      context.exitWith(await init(context, resolve(context.machine.cwd, config)));
    });
}

async function init(context: Context, path: string): Promise<number> {
  if (await exists(path)) {
    context.console.note(`chatbench init: ${path} exists already and was left as it is; name another file with -c.`);
    return EXIT.usage;
  }
  const scripts = join(dirname(path), "load_tests");
  const copied = (await exists(scripts)) ? undefined : await copyFolder(join(context.home, "load_tests"), scripts);
  const written = await writeFileAtomic(path, startFile());
  const problem = copied?.problem ?? written.problem;
  if (problem !== undefined) {
    context.console.note(`chatbench init: ${problem.text}`);
    return EXIT.broken;
  }
  const made = copied === undefined ? path : `${path} and ${scripts}`;
  context.console.result(
    `Wrote ${made}. Next: set base_url to your chatbot's address, then \`chatbench validate\` and \`chatbench run\`.`,
  );
  return EXIT.ok;
}
