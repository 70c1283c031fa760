import { Command } from "commander";
import { join } from "node:path";
import type { Config } from "../model/index.ts";
import {
  PART_NAMES,
  stackDown,
  stackStatus,
  stackUp,
  titleOfPart,
  type Stack,
  type StackDeps,
} from "../stack/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";
import { crashText, onAnyStop } from "./stop-switch.ts";

export function stackCommand(context: Context): Command {
  const stack = new Command("stack").description(
    "The local Prometheus, Alertmanager and exporters that runs, alerts and uptime rest on.",
  );
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
  add("up", "Start it on free ports of 127.0.0.1 and keep it up until Ctrl-C.", (deps) => up(context, deps));
  add("down", "Stop it, whoever started it.", async (deps) => {
    const { wasUp } = await stackDown(deps);
    context.console.result(wasUp ? "The local stack is stopped." : "No local stack was running.");
    return EXIT.ok;
  });
  add("status", "Say what of it runs, and where.", async (deps) => {
    const running = await stackStatus(deps.resultsFolder);
    const lines = running === undefined ? ["No local stack is running."] : linesOf(running);
    for (const line of lines) context.console.result(line);
    return EXIT.ok;
  });
  return stack;
}

/** Prometheus first: it is what others look for. */
function linesOf({ prometheus, parts = {} }: Stack): readonly string[] {
  const all = [["Prometheus", prometheus.url], ...PART_NAMES.map((name) => [titleOfPart(name), parts[name]?.url])];
  return all.map(([title, url]) =>
    url === undefined ? `${title ?? ""} is not running` : `${title ?? ""} is ready at ${url}`,
  );
}

function stackDeps(context: Context, config: Config): StackDeps {
  return {
    resultsFolder: config.results.folder,
    toolsFolder: join(context.home, ".tools"),
    configFile: join(context.home, "prometheus", "prometheus.yml"),
    searchPath: context.machine.env.PATH ?? "",
    links: config.links,
    clock: context.clock,
  };
}

const CRASH = "crash";

async function up(context: Context, deps: StackDeps): Promise<number> {
  const stop = new AbortController();
  const closeAll = [
    onAnyStop(context.machine, () => stop.abort()),
    // An error of ours that nobody caught: its parts must not outlive it.
    context.machine.onCrash((error) => {
      context.console.note(`chatbench stack up: ${crashText(error)}`);
      stop.abort(CRASH);
    }),
  ];
  const end = await stackUp(deps, {
    stop: stop.signal,
    onReady: (stack) => linesOf(stack).forEach((line) => context.console.result(line)),
    onNotice: (text) => context.console.note(`chatbench stack up: ${text}`),
  });
  closeAll.forEach((close) => close());
  if (stop.signal.reason === CRASH) return EXIT.broken;
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
