import type { Api } from "../http/index.ts";
import type { Engine, QueuedRun, RunId } from "../model/index.ts";
import type { Exporter } from "../exporter/index.ts";
import type { Runs } from "../run/index.ts";
import type { OpenStore } from "../store/index.ts";
import type { Configuration } from "./configuration.ts";
import type { Glimpse } from "./glimpse.ts";
import type { History } from "./history.ts";
import type { StatusParts } from "./status.ts";
import type { Entry } from "./timetable.ts";
import type { UptimeWatch } from "./uptime.ts";

/** What the daemon's interface is answered from. */
export interface Parts {
  readonly configuration: Configuration;
  readonly store: OpenStore;
  readonly engine: Engine;
  readonly runs: Runs;
  readonly history: History;
  readonly glimpse: Glimpse;
  readonly timetable: () => ReadonlyMap<string, Entry>;
  readonly exporter: Exporter;
  readonly uptime: UptimeWatch;
  /** Why the daemon cannot do its work, one sentence each. */
  readonly problems: () => readonly string[];
  readonly statusParts: () => StatusParts;
  readonly reload: Api["reload"];
  /** Folder of the runbooks: absolute. */
  readonly runbooks: string;
  /** Resolves when the pages of a run that has just ended are written. */
  readonly pagesWritten: (id: RunId) => Promise<void>;
}

/** Runs at work here, as the queue holds them. */
export function atWork(runs: Runs): readonly QueuedRun[] {
  return runs.running().map(({ run, state }) => ({ ...run, state }));
}
