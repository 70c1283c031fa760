/** grafana/: every dashboard as the JSON that Grafana provisions, and the files that tell it where they are. */
import { dashboardOf, type Board } from "./board.ts";
import { cost } from "./cost.ts";
import { itself } from "./itself.ts";
import { overview } from "./overview.ts";
import { provisioning } from "./provisioning.ts";
import { resources } from "./resources.ts";
import { runDetail } from "./run.ts";
import { trends } from "./trends.ts";
import { uptime } from "./uptime.ts";

/** Every dashboard, for tests and files. */
export function allBoards(): readonly Board[] {
  return [overview(), runDetail(), trends(), cost(), uptime(), resources(), itself()];
}

export function dashboardFiles(): readonly { readonly path: string; readonly text: string }[] {
  const boards = allBoards().map((board) => ({
    path: `grafana/dashboards/${board.uid}.json`,
    text: `${JSON.stringify(dashboardOf(board), null, 2)}\n`,
  }));
  return [...boards, ...provisioning()];
}
