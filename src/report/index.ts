export type { StatusView } from "./status-view.ts";
export { Html } from "./html.ts";
export { overviewReport, type Beside, type LeftOut } from "./overview-report.ts";
export { runbookPage } from "./runbook-page.ts";
export { runReport, type RunExtras } from "./run-report.ts";
export { statusPage } from "./status-page.ts";
export { renderFindings, renderList, renderRun, type TerminalOptions } from "./terminal.ts";
