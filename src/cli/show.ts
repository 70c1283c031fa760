import { Command } from "commander";
import { runningDaemon } from "../daemon/state-file.ts";
import { isRunId, type RunRecord } from "../model/index.ts";
import { listRecords, readRecord } from "../record/index.ts";
import { renderRun } from "../report/index.ts";
import { createClient } from "./client.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { results } from "./load.ts";
import { standingUptime } from "./uptime.ts";

interface ShowOptions {
  readonly config: string;
  readonly json?: boolean;
}

export function showCommand(context: Context): Command {
  return new Command("show")
    .description("Show one run: its table, why, and where its files are.")
    .argument("<run>", "a run id, or `latest`")
    .option("--json", "the record as one JSON document on standard output and nothing else")
    .action(async (run: string, _: unknown, command: Command) =>
      context.exitWith(await show(context, run, command.optsWithGlobals())),
    );
}

async function show(context: Context, run: string, options: ShowOptions): Promise<number> {
  const { folder, config } = await results(context, options.config);
  const found = await findRecord(folder, run);
  if ("problem" in found) {
    const doing = await doingNow(context, folder, run);
    context.console.note(`chatbench show: ${doing === undefined ? found.problem : `${run} has not ended: ${doing}`}`);
    return EXIT.usage;
  }
  const { colour, width } = context.console;
  if (options.json === true) {
    context.console.result(JSON.stringify(found.record, null, 2));
    return EXIT.ok;
  }
  const uptime = await standingUptime(config);
  context.console.result(renderRun(found.record, { colour: colour.result, width }, uptime(found.record.target)));
  return EXIT.ok;
}

async function doingNow(context: Context, folder: string, run: string): Promise<string | undefined> {
  const daemon = isRunId(run) ? await runningDaemon(folder) : undefined;
  return daemon === undefined || !isRunId(run) ? undefined : await createClient(daemon, context.clock).doing(run);
}

/** The record of a run id; `latest` is the newest of all. */
export async function findRecord(folder: string, run: string): Promise<{ record: RunRecord } | { problem: string }> {
  if (run !== "latest") return readRecord(folder, run);
  const listed = await listRecords(folder, { limit: 1 });
  if ("problem" in listed) return listed;
  const record = listed.records[0];
  return record === undefined ? { problem: "there is no run yet; `chatbench run` makes one." } : { record };
}
