import { Command } from "commander";
import type { Config, RunRecord } from "../model/index.ts";
import { listRecords, readRecord } from "../record/index.ts";
import { renderRun } from "../report/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

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
  const config = await loadOrTell(context, options.config);
  if (config === undefined) return EXIT.usage;
  const found = await findRecord(config, run);
  if ("problem" in found) {
    context.console.note(`chatbench show: ${found.problem}`);
    return EXIT.usage;
  }
  const { colour, width } = context.console;
  context.console.result(
    options.json === true
      ? JSON.stringify(found.record, null, 2)
      : renderRun(found.record, { colour: colour.result, width }),
  );
  return EXIT.ok;
}

/** The record of a run id; `latest` is the newest of all. */
export async function findRecord(config: Config, run: string): Promise<{ record: RunRecord } | { problem: string }> {
  if (run !== "latest") return readRecord(config.results.folder, run);
  const listed = await listRecords(config.results.folder, { limit: 1 });
  if ("problem" in listed) return listed;
  const record = listed.records[0];
  return record === undefined ? { problem: "there is no run yet; `chatbench run` makes one." } : { record };
}
