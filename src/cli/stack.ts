import { Command } from "commander";
import { join } from "node:path";
import type { Config } from "../model/index.ts";
import { stackDown, stackStatus, stackUp, type StackDeps } from "../stack/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

export function stackCommand(context: Context): Command {
  const stack = new Command("stack").description("The local Prometheus that runs send their series to.");
  const add = (name: string, description: string, act: (deps: StackDeps) => Promise<number>): void => {
    stack
      .command(name)
      .description(description)
      .action(async (_: unknown, command: Command) => {
        const { config: file }: { config: string } = command.optsWithGlobals();
        const config = await loadOrTell(context, file);
        context.exitWith(config === undefined ? EXIT.usage : await act(stackDeps(context, config)));
      });
  };
  add("up", "Start it on a free port of 127.0.0.1 and keep it up until Ctrl-C.", (deps) => up(context, deps));
  add("down", "Stop it, whoever started it.", async (deps) => {
    const { wasUp } = await stackDown(deps);
    context.console.result(wasUp ? "Prometheus is stopped." : "No local Prometheus was running.");
    return EXIT.ok;
  });
  add("status", "Say whether it runs, and where.", async (deps) => {
    const running = await stackStatus(deps.resultsFolder);
    context.console.result(
      running === undefined ? "No local Prometheus is running." : `Prometheus is ready at ${running.prometheus.url}`,
    );
    return EXIT.ok;
  });
  return stack;
}

function stackDeps(context: Context, config: Config): StackDeps {
  return {
    resultsFolder: config.results.folder,
    toolsFolder: join(context.home, ".tools"),
    configFile: join(context.home, "prometheus", "prometheus.yml"),
    searchPath: context.machine.env.PATH ?? "",
    clock: context.clock,
  };
}

async function up(context: Context, deps: StackDeps): Promise<number> {
  const stop = new AbortController();
  const close = context.machine.onStop(() => stop.abort());
  const end = await stackUp(deps, {
    stop: stop.signal,
    onReady: ({ prometheus }) => context.console.result(`Prometheus is ready at ${prometheus.url}`),
  });
  close();
  switch (end.kind) {
    case "stopped":
      return EXIT.ok;
    case "already_up":
      context.console.result(
        `Prometheus is ready at ${end.stack.prometheus.url} already; this command did not start it.`,
      );
      return EXIT.ok;
    case "problem":
      context.console.note(`chatbench stack up: ${end.text}`);
      return EXIT.broken;
  }
}
