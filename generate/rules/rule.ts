import { LINKS, runbookFile } from "./links.ts";

export type Severity = "critical" | "warning" | "info" | "none";

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long before it fires; a run is already an aggregate, so alerts on runs have none. */
  readonly for?: string;
  readonly severity: Severity;
  /** The same sentence for every instance of the alert. */
  readonly summary: string;
  readonly description: string;
  readonly dashboardUrl: string;
  /** The page of the run in question. */
  readonly reportUrl?: string;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A rule as Prometheus reads it. */
export function alertOf(rule: AlertRule): object {
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    labels: { severity: rule.severity },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      ...(rule.reportUrl === undefined ? {} : { report_url: rule.reportUrl }),
      runbook_url: `${LINKS.runbooks}/${runbookFile(rule.alert)}`,
      dashboard_url: rule.dashboardUrl,
    },
  };
}
