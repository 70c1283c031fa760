import { Command, InvalidArgumentError } from "commander";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseListen } from "../config/index.ts";
import type { Loaded } from "../daemon/configuration.ts";
import type { Daemon } from "../daemon/daemon.ts";
import type { Config, Log } from "../model/index.ts";
import { readTextFile } from "../platform/files.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadedOrTell } from "./load.ts";
import { crashText } from "./stop-switch.ts";

interface ServeOptions {
  readonly config: string;
  readonly listen?: Config["server"]["listen"];
}

const CRASHED = 1;

export function serveCommand(context: Context): Command {
  return new Command("serve")
    .description("Run the daemon: schedule, queue, status page, metrics and HTTP interface, until Ctrl-C.")
    .option("--listen <host:port>", "where it listens, in place of server.listen; port 0: a free one", listenOption)
    .action(async (_: unknown, command: Command) => context.exitWith(await serve(context, command.optsWithGlobals())));
}

function listenOption(text: string): Config["server"]["listen"] {
  const parsed = parseListen(text);
  if ("problem" in parsed) throw new InvalidArgumentError(parsed.problem);
  return parsed.listen;
}

async function serve(context: Context, options: ServeOptions): Promise<number> {
  const loaded = await loadedOrTell(context, options.config);
  if (loaded === undefined) return EXIT.usage;
  // Only here: the daemon's libraries would make every other command start twice as slowly.
  const { createLogger } = await import("../platform/logger.ts");
  const log = createLogger(context.machine.stderr, "daemon");
  const asked = stopRequest(context, log);
  const { startDaemon } = await import("../daemon/daemon.ts");
  const hangup = hangups(context);
  const { clock, engine, machine } = context;
  const runbooks = join(context.home, "docs", "runbooks");
  const daemon = await startDaemon({
    ...{ loaded: listeningOn(loaded, options), runbooks, clock, engine, log },
    env: machine.env,
    ...(await revision()),
  });
  if ("problem" in daemon) {
    context.console.note(`chatbench serve: ${daemon.problem}`);
    asked.close();
    hangup.stopHearing();
    return EXIT.broken;
  }
  asked.onSecond(() => void daemon.kill());
  const crashed = watchForCrash(context, { daemon, log });
  hangup.onEach(() => void daemon.reload());
  context.console.result(`Chatbench is ready at ${daemon.url}`);
  const end = await Promise.race([asked.first, crashed]);
  if (end === "stop") await daemon.stop();
  hangup.stopHearing();
  asked.close();
  // Whatever hangs still (a server that never answers) keeps nobody waiting: all that matters is stopped.
  return context.machine.exit(end === "stop" ? EXIT.ok : CRASHED);
}

/** Written by the build (tools/setup/build.mjs); none from the sources, or where there was no git. */
async function revision(): Promise<{ readonly revision?: string }> {
  const read = await readTextFile(fileURLToPath(new URL("../revision", import.meta.url)), { maxBytes: 100 });
  return "text" in read && read.text !== "" ? { revision: read.text } : {};
}

function listeningOn(loaded: Loaded, { listen }: ServeOptions): Loaded {
  if (listen === undefined) return loaded;
  return { ...loaded, config: { ...loaded.config, server: { ...loaded.config.server, listen } } };
}

interface StopRequest {
  readonly first: Promise<"stop">;
  /** What the second Ctrl-C does before the process ends. */
  onSecond(kill: () => void): void;
  /** Hears nothing more: until then a parent's channel keeps this process alive. */
  close(): void;
}

/** The first Ctrl-C or SIGTERM stops in good order; the second kills what runs and ends this process at once. */
function stopRequest({ machine }: Context, log: Log): StopRequest {
  let kill = (): void => undefined;
  let asked = false;
  let stopped = (): void => undefined;
  const first = new Promise<"stop">((resolve) => {
    stopped = () => resolve("stop");
  });
  const close = machine.onStop((signal) => {
    if (asked) {
      kill();
      machine.exit(EXIT.interrupted);
    }
    asked = true;
    log.info(`Stopping (${signal}); what runs is ended and kept. Again to stop at once.`);
    stopped();
  });
  return {
    ...{ first, close },
    onSecond(work) {
      kill = work;
    },
  };
}

interface Hangups {
  /** What each SIGHUP does from now on, and at once if one came before. */
  onEach(work: () => void): void;
  stopHearing(): void;
}

/** Heard from the first moment: unheard, a SIGHUP during the start would end the process. */
function hangups({ machine }: Context): Hangups {
  let early = false;
  let work = (): void => {
    early = true;
  };
  const stopHearing = machine.onHangup(() => work());
  return {
    stopHearing,
    onEach(reload) {
      work = reload;
      if (early) reload();
    },
  };
}

/** An error of ours that nobody caught: told once, load is ended, and whoever restarts us finds the rest in order. */
function watchForCrash({ machine }: Context, to: { daemon: Daemon; log: Log }): Promise<"crash"> {
  return new Promise((resolve) => {
    machine.onCrash((error) => {
      to.log.error(crashText(error));
      void to.daemon.kill().finally(() => resolve("crash"));
    });
  });
}
