import { join } from "node:path";
import type { DaemonState } from "../daemon/state-file.ts";
import type { Config, RunId, RunRecord } from "../model/index.ts";
import { randomSuffix } from "../platform/ids.ts";
import { createClient, type DaemonClient, type RunWish } from "./client.ts";
import type { Context } from "./context.ts";
import { createProgressView } from "./progress.ts";
import { NO_VIEW, tellRun, type Runner } from "./runner.ts";
import { createStopSwitch } from "./stop-switch.ts";
import { standingUptime } from "./uptime.ts";

export interface RemoteRunnerInput {
  readonly config: Config;
  /** Nothing but notes of problems. */
  readonly quiet: boolean;
  readonly daemon: DaemonState;
}

/** Runs scenarios through the daemon, which owns the queue; what people see is the same as without one. */
export function createRemoteRunner(context: Context, { config, quiet, daemon }: RemoteRunnerInput): Runner {
  const client = createClient(daemon, context.clock);
  const stop = createStopSwitch(context, "The daemon goes on with the run.");
  const note = (text: string): void => context.console.note(`chatbench run: ${text}`);
  return {
    stopped: () => stop.stop.aborted,
    async run(_, wish) {
      const started = await client.start(wish, `cli-${String(context.machine.pid)}-${randomSuffix(16)}`);
      if ("problem" in started) {
        note(started.problem);
        return undefined;
      }
      const abort = (): void => void abortRun(client, started.id, note);
      stop.stop.addEventListener("abort", abort, { once: true });
      if (stop.stop.aborted) abort();
      const ended = await follow(context, client, { id: started.id, wish, quiet });
      stop.stop.removeEventListener("abort", abort);
      if ("problem" in ended) {
        note(ended.problem);
        return undefined;
      }
      if (!quiet) {
        const uptime = await standingUptime(config);
        tellRun(context, ended.record, uptime(ended.record.target));
      }
      if (!quiet)
        context.console.note(
          `Report: ${join(config.results.folder, started.id, "report.html")} (run by ${client.url})`,
        );
      return ended.record;
    },
    close() {
      stop.close();
      return Promise.resolve();
    },
  };
}

interface Followed {
  readonly id: RunId;
  readonly wish: RunWish;
  readonly quiet: boolean;
}

async function follow(
  context: Context,
  client: DaemonClient,
  { id, wish, quiet }: Followed,
): Promise<{ readonly record: RunRecord } | { readonly problem: string }> {
  const view = quiet ? NO_VIEW : createProgressView(context.console, wish.scenario);
  let told: number | undefined;
  const ended = await client.follow(id, {
    onProgress: (progress) => view.show(progress),
    onWaiting: (position) => {
      if (position === told || quiet) return;
      told = position;
      context.console.note(waiting(wish.scenario, position));
    },
  });
  view.end();
  return ended;
}

function waiting(scenario: string, position: number): string {
  if (position === 0) return `${scenario}: waits for its turn, next in the queue`;
  return `${scenario}: waits in the queue, ${String(position)} before it`;
}

async function abortRun(client: DaemonClient, id: RunId, note: (text: string) => void): Promise<void> {
  const refused = await client.abort(id);
  if (refused !== undefined) note(`the run could not be stopped: ${refused.problem}`);
}
