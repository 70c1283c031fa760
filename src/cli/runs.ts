import { Command } from "commander";
import { runningDaemon } from "../daemon/state-file.ts";
import type { RunSummary } from "../model/index.ts";
import { listRecords } from "../record/index.ts";
import { renderList } from "../report/index.ts";
import { createClient } from "./client.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { resultsFolder } from "./load.ts";
import { countOption } from "./parse.ts";
import { sentenceOf, unfinishedRuns } from "./unfinished.ts";

interface RunsOptions {
  readonly config: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function runsCommand(context: Context): Command {
  return new Command("runs")
    .description("List the runs, newest first.")
    .option("-n, --limit <n>", "at most so many", countOption, 20)
    .option("--json", "one JSON document on standard output and nothing else")
    .action(async (_: unknown, command: Command) => context.exitWith(await runs(context, command.optsWithGlobals())));
}

async function runs(context: Context, options: RunsOptions): Promise<number> {
  const folder = await resultsFolder(context, options.config);
  const listed = await listRecords(folder, { limit: options.limit });
  if ("problem" in listed) {
    context.console.note(`chatbench runs: ${listed.problem}`);
    return EXIT.broken;
  }
  listed.quarantined.forEach(({ problem }) => context.console.note(`chatbench runs: left out: ${problem}`));
  const active = await activeRuns(context, folder);
  const unfinished = await unfinishedRuns(folder, new Set(active.map(({ id }) => id)));
  if (unfinished.length > 0) context.console.note(`chatbench runs: without a record: ${sentenceOf(unfinished)}`);
  const { colour, width } = context.console;
  context.console.result(
    options.json === true
      ? JSON.stringify(
          {
            runs: listed.records,
            ...(active.length > 0 && { active }),
            ...(unfinished.length > 0 && { unfinished }),
          },
          null,
          2,
        )
      : renderList([...active, ...listed.records], { colour: colour.result, width }),
  );
  return EXIT.ok;
}

/** What a running daemon has queued and at work, last queued first; one that does not answer is told and left out. */
async function activeRuns(context: Context, folder: string): Promise<readonly RunSummary[]> {
  const daemon = await runningDaemon(folder);
  if (daemon === undefined) return [];
  const found = await createClient(daemon, context.clock).active();
  if ("runs" in found) return [...found.runs].sort((a, b) => (a.id < b.id ? 1 : -1));
  context.console.note(`chatbench runs: without what is queued and at work: ${found.problem}`);
  return [];
}
