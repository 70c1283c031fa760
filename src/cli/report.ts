import { Command } from "commander";
import { join } from "node:path";
import { writeOverview } from "../daemon/pages.ts";
import { reason, type Reason, type RunId } from "../model/index.ts";
import { exists } from "../platform/files.ts";
import { createRecords, readSeries, readTimeline } from "../record/index.ts";
import { runReport } from "../report/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { results } from "./load.ts";
import { findRecord } from "./show.ts";
import { standingUptime } from "./uptime.ts";

export function reportCommand(context: Context): Command {
  return new Command("report")
    .description("Write the page of one run again from its record; none named: the overview of all scenarios.")
    .argument("[run]", "a run id, or `latest`")
    .action(async (run: string | undefined, _: unknown, command: Command) => {
      const { config }: { config: string } = command.optsWithGlobals();
      context.exitWith(await report(context, run, config));
    });
}

async function report(context: Context, run: string | undefined, file: string): Promise<number> {
  const { folder, config } = await results(context, file);
  const uptime = await standingUptime(config);
  const records = createRecords(folder);
  if (run === undefined) {
    const { problem } = (await exists(folder)) ? await writeOverview(folder, records, { uptime }) : noResults(folder);
    if (problem !== undefined) context.console.note(`chatbench report: ${problem.text}`);
    else context.console.result(join(folder, "report.html"));
    return problem === undefined ? EXIT.ok : EXIT.broken;
  }
  const found = await findRecord(folder, run);
  if ("problem" in found) {
    context.console.note(`chatbench report: ${found.problem}`);
    return EXIT.usage;
  }
  const { record } = found;
  const read = await readTimeline(folder, record.id);
  if ("problem" in read) context.console.note(`chatbench report: without a timeline: ${read.problem}`);
  const curves = await readSeries(folder, record.id);
  if ("problem" in curves) context.console.note(`chatbench report: without its resources: ${curves.problem}`);
  const extras = { uptime: uptime(record.target), series: "series" in curves ? curves.series : undefined };
  const page = runReport(record, "timeline" in read ? read.timeline : undefined, extras);
  const saved = await records.saveReport(record.id as RunId, page.markup);
  if (saved.problem !== undefined) context.console.note(`chatbench report: ${saved.problem.text}`);
  else context.console.result(join(folder, record.id, "report.html"));
  return saved.problem === undefined ? EXIT.ok : EXIT.broken;
}

function noResults(folder: string): { readonly problem: Reason } {
  const text = `${folder} does not exist, so there is nothing to report; \`chatbench run\` makes the first run.`;
  return { problem: reason("storage", text) };
}
