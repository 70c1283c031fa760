import type { Log, OpenedFolder, Owner, RunFolders, RunId, Engine, Clock, Instance } from "../model/index.ts";
import type { Ledger } from "./ledger.ts";
import { diedRecord, silentRecord } from "./unrun.ts";
import { whereIs } from "./whereabouts.ts";

/** Nobody can ask a process of another machine or container; after so long without a record its run is taken as lost. */
const OTHER_HOST_MS = 24 * 60 * 60 * 1000;

export interface RecoveryDeps {
  readonly folders: RunFolders;
  readonly engine: Pick<Engine, "endLeftOver">;
  readonly ledger: Pick<Ledger, "enter">;
  readonly instance: Pick<Instance, "host" | "place">;
  /** True if exactly this process of this machine still runs. */
  readonly isAlive: (owner: Owner) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Run folders without a record whose process is gone: its load is ended, the run is lost, and that is told on disk and
 * to the store. Folders of processes that live (a `chatbench run` in another terminal) are left alone. Needs no store.
 */
export async function recoverFolders(deps: RecoveryDeps): Promise<readonly RunId[]> {
  const listed = await deps.folders.list();
  if ("problem" in listed) {
    deps.log.error(listed.problem.text);
    return [];
  }
  const lost: RunId[] = [];
  for (const id of await deps.folders.unfinished(listed.ids)) {
    const opened = await deps.folders.opened(id);
    if (opened !== undefined && (await recoverOne(opened, deps))) lost.push(id);
  }
  return lost;
}

async function recoverOne({ run, folder, soFar }: OpenedFolder, deps: RecoveryDeps): Promise<boolean> {
  const { owner } = run;
  const now = deps.clock.now();
  const where = whereIs(owner, deps.instance);
  if (where === "elsewhere") {
    if (now - Date.parse(run.opened_at) < OTHER_HOST_MS) return false;
    await deps.ledger.enter(silentRecord(run, owner, { now, soFar }));
    return true;
  }
  if (where === "here" && (await deps.isAlive(owner))) return false;
  await endLoad(run.id, folder, deps);
  await deps.ledger.enter(diedRecord(run, owner, { now, soFar }));
  return true;
}

/** Load that outlived its process; a failure to look for it keeps nobody from telling the run as lost. */
export async function endLoad(
  id: RunId,
  folder: string,
  { engine, log }: Pick<RecoveryDeps, "engine" | "log">,
): Promise<void> {
  try {
    const { ended } = await engine.endLeftOver(id, folder);
    log.warn("A run died with the process that ran it.", { run_id: id, ended });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error(`Load that a dead process left could not be looked for: ${why}`, { run_id: id });
  }
}
