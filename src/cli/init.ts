import { Command } from "commander";
import { resolve } from "node:path";
import { startFile } from "../config/index.ts";
import { exists, writeFileAtomic } from "../platform/files.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export function initCommand(context: Context): Command {
  return new Command("init")
    .description("Write a commented start configuration; never over an existing file.")
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
  const written = await writeFileAtomic(path, startFile());
  if (written.problem !== undefined) {
    context.console.note(`chatbench init: ${written.problem.text}`);
    return EXIT.broken;
  }
  context.console.result(
    `Wrote ${path}. Next: set base_url to your chatbot's address, then \`chatbench validate\` and \`chatbench run\`.`,
  );
  return EXIT.ok;
}
