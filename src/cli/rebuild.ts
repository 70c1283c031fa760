import { Command } from "commander";
import type { Config } from "../model/index.ts";
import { createRunFolders } from "../record/index.ts";
import { rebuild, type Rebuilt } from "../run/index.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

export function rebuildCommand(context: Context): Command {
  return new Command("rebuild")
    .description(
      "Fill the database from the record files: only what it does not have; queue and slots stay as they are.",
    )
    .action(async (_: unknown, command: Command) => {
      const { config: file }: { config: string } = command.optsWithGlobals();
      const config = await loadOrTell(context, file);
      context.exitWith(config === undefined ? EXIT.usage : await rebuildStore(context, config));
    });
}

async function rebuildStore(context: Context, config: Config): Promise<number> {
  const { clock, console, machine } = context;
  const note = (text: string): void => console.note(`chatbench rebuild: ${text}`);
  // Only here, as in serve.ts: the database's libraries take time to load.
  const { databasePlace, openDatabase } = await import("../daemon/database.ts");
  const { createLogger } = await import("../platform/logger.ts");
  const opened = await openDatabase(databasePlace(config, machine.env), clock, createLogger(machine.stderr, "rebuild"));
  if ("problem" in opened) {
    note(opened.problem);
    return EXIT.broken;
  }
  try {
    const state = await opened.store.check();
    if (state.kind !== "ready") {
      note(state.problem);
      return EXIT.broken;
    }
    const folders = createRunFolders(config.results.folder);
    const done = await rebuild({
      ...{ folders, store: opened.store, clock },
      onProgress: ({ folders: looked, stored }) => note(`${String(looked)} runs looked at, ${String(stored)} stored`),
    });
    for (const { problem } of done.quarantined) note(`left out: ${problem}`);
    return tell(context, done);
  } finally {
    await opened.store.close();
  }
}

function tell({ console }: Context, done: Rebuilt): number {
  if (done.problem !== undefined) {
    console.note(`chatbench rebuild: ${done.problem}`);
    return EXIT.broken;
  }
  const { folders, stored, unfinished, quarantined } = done;
  const left = [`${String(unfinished)} without a record`, `${String(quarantined.length)} unreadable`].join(", ");
  console.result(
    `${String(folders)} run folders: ${String(stored)} records stored that the database did not have; ${left}.`,
  );
  return EXIT.ok;
}
