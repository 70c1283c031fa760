import { Command } from "commander";
import { isRunId, type RunId, type RunRecord } from "../model/index.ts";
import { readDecisions, readRecord, recordDecision, type RunDecision } from "../record/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { resultsFolder } from "./load.ts";
import { findRecord } from "./show.ts";

interface BaselineOptions {
  readonly config: string;
  readonly note?: string;
  readonly json?: boolean;
}

export function baselineCommand(context: Context): Command {
  return new Command("baseline")
    .description("Pin runs as baselines: later runs are compared with them, and retention never removes them.")
    .addCommand(
      new Command("pin")
        .description("Pin a judged run.")
        .argument("<run>", "a run id, or `latest`")
        .option("--note <text>", "why, for whoever reads the list")
        .action(async (run: string, _: unknown, command: Command) =>
          context.exitWith(await pin(context, run, command.optsWithGlobals())),
        ),
    )
    .addCommand(
      new Command("unpin")
        .description("Take a pin back.")
        .argument("<run>", "a run id")
        .action(async (run: string, _: unknown, command: Command) =>
          context.exitWith(await unpin(context, run, command.optsWithGlobals())),
        ),
    )
    .addCommand(
      new Command("list")
        .description("List the pinned runs, newest first: who pinned them, when and why.")
        .option("--json", "one JSON document on standard output and nothing else")
        .action(async (_: unknown, command: Command) =>
          context.exitWith(await list(context, command.optsWithGlobals())),
        ),
    );
}

async function pin(context: Context, run: string, options: BaselineOptions): Promise<number> {
  const folder = await resultsFolder(context, options.config);
  const found = await findRecord(folder, run);
  if ("problem" in found) return refuse(context, "pin", found.problem);
  const { id, verdict } = found.record;
  if (!isRunId(id)) return refuse(context, "pin", `${id} is no run id.`);
  if (verdict === null || verdict === "invalid") {
    return refuse(
      context,
      "pin",
      `${id} was not judged (${verdict ?? found.record.state}): nothing can be compared with it.`,
    );
  }
  const held = await pinsOf(context, folder, "pin");
  if (held === undefined) return EXIT.broken;
  if (held.has(id)) return tell(context, `${id} is pinned already.`);
  const note = options.note === undefined ? {} : { note: options.note };
  return decide(context, folder, { kind: "pin", run: id, ...note });
}

async function unpin(context: Context, run: string, options: BaselineOptions): Promise<number> {
  const folder = await resultsFolder(context, options.config);
  if (!isRunId(run)) return refuse(context, "unpin", `${JSON.stringify(run)} is not a run id.`);
  const held = await pinsOf(context, folder, "unpin");
  if (held === undefined) return EXIT.broken;
  if (!held.has(run))
    return refuse(context, "unpin", `${run} is not pinned; \`chatbench baseline list\` lists those that are.`);
  return decide(context, folder, { kind: "unpin", run });
}

type Change = Pick<RunDecision, "kind" | "run" | "note">;

async function decide(context: Context, folder: string, change: Change): Promise<number> {
  const { USER: user, LOGNAME: login } = context.machine.env;
  const by = (user ?? "") === "" ? (login ?? "") : (user ?? "");
  const decision = { ...change, by: by === "" ? "unknown" : by, at: context.clock.now() };
  const { problem } = await recordDecision(folder, decision);
  if (problem === undefined)
    return tell(context, `${change.run} is ${change.kind === "pin" ? "now" : "no longer"} pinned.`);
  context.console.note(`chatbench baseline: ${problem.text}`);
  return EXIT.broken;
}

async function list(context: Context, options: BaselineOptions): Promise<number> {
  const folder = await resultsFolder(context, options.config);
  const held = await pinsOf(context, folder, "list");
  if (held === undefined) return EXIT.broken;
  const newestFirst = [...held.values()].sort((a, b) => (a.run < b.run ? 1 : -1));
  const baselines = await Promise.all(
    newestFirst.map(async (decision) => rowOf(decision, await recordOf(folder, decision.run))),
  );
  if (options.json === true) context.console.result(JSON.stringify({ baselines }, null, 2));
  else if (baselines.length === 0) context.console.note("No run is pinned; `chatbench baseline pin RUN` pins one.");
  else context.console.result(baselines.map(lineOf).join("\n"));
  return EXIT.ok;
}

async function recordOf(folder: string, run: RunId): Promise<RunRecord | undefined> {
  const read = await readRecord(folder, run);
  return "record" in read ? read.record : undefined;
}

type Row = ReturnType<typeof rowOf>;

function rowOf({ run, by, at, note }: RunDecision, record: RunRecord | undefined) {
  return {
    run,
    // The record may have been taken away by hand.
    ...(record === undefined ? {} : { scenario: record.scenario, verdict: record.verdict }),
    ...{ by, at },
    ...(note === undefined ? {} : { note }),
  };
}

function lineOf({ run, verdict, by, at, note }: Row): string {
  const why = note === undefined ? "" : `: ${note}`;
  return `${run}  ${verdict ?? "its record is gone"}  pinned by ${by} at ${at}${why}`;
}

async function pinsOf(
  context: Context,
  folder: string,
  command: string,
): Promise<ReadonlyMap<RunId, RunDecision> | undefined> {
  const read = await readDecisions(folder);
  if ("pins" in read) {
    read.quarantined.forEach((text) => context.console.note(`chatbench baseline ${command}: ${text}`));
    return read.pins;
  }
  context.console.note(`chatbench baseline ${command}: ${read.problem}`);
  return undefined;
}

function tell(context: Context, text: string): number {
  context.console.result(text);
  return EXIT.ok;
}

function refuse(context: Context, command: string, text: string): number {
  context.console.note(`chatbench baseline ${command}: ${text}`);
  return EXIT.usage;
}
