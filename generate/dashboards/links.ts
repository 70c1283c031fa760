/** Links of panels and dashboards; addresses come from variables, so that each stands once in a dashboard. */
import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { runbookFile } from "../rules/links.ts";

export const UIDS = {
  overview: "chatbench-overview",
  run: "chatbench-run",
  trends: "chatbench-trends",
  uptime: "chatbench-uptime",
  cost: "chatbench-cost",
  resources: "chatbench-resources",
  itself: "chatbench-itself",
} as const;

/** Every dashboard of ours carries it, and the menu of the others lists by it. */
export const TAG = "chatbench";

/** A link in the corner of a panel. */
export interface PanelLink {
  readonly title: string;
  readonly url: string;
}

/** The runbook of an alert. */
export function runbook(alert: string): PanelLink {
  return { title: `Runbook: ${alert}`, url: `\${runbooks}/${runbookFile(alert)}` };
}

/** Chatbench's own page. */
export const STATUS_PAGE: PanelLink = { title: "Chatbench: status and reports", url: "${chatbench}/" };

/** The report of a run whose id is in a column of the same row, or in a label of the series. */
export const reportOf = (run: string): PanelLink => ({
  title: "Report of this run",
  url: `\${chatbench}/api/v1/runs/${run}/report`,
});

export function linkOf({ title, url }: PanelLink): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
}

/** The links at the top of a dashboard: its sisters, with the same choice, and Chatbench. */
export function topLinks(): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder("Chatbench dashboards")
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    linkOf(STATUS_PAGE),
  ];
}
