/** Alerts on the objectives of scheduled runs: what the last judged run said. */
import { LAST_RUN, LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS, RUNS } from "../../src/exporter/catalogue/index.ts";
import type { MeasurementName } from "../../src/model/index.ts";
import { bothOfRun, ofNights } from "./expressions.ts";
import { DASHBOARDS, dashboardUrl, reportUrl } from "./links.ts";
import type { AlertRule, Severity } from "./rule.ts";

interface Kind {
  readonly measurement: MeasurementName;
  readonly alert: string;
  readonly title: string;
  /** How a value reads. */
  readonly format: string;
}

/** The user's targets, and the error rate. */
const KINDS: readonly Kind[] = [
  { measurement: "latency_p95", alert: "LatencyP95", title: "P95 latency", format: " | humanizeDuration" },
  { measurement: "latency_p99", alert: "LatencyP99", title: "P99 latency", format: " | humanizeDuration" },
  { measurement: "error_rate", alert: "ErrorRate", title: "Error rate", format: " | humanizePercentage" },
  { measurement: "concurrent_users", alert: "ConcurrentUsers", title: "Concurrent users", format: "" },
];

/** A miss by more than 10 % wants somebody's attention; within 10 % it is only to be known. */
const SEVERITIES = [
  ["fail", "warning", "missed by more than 10 %"],
  ["warning", "info", "missed by at most 10 %"],
] as const satisfies readonly (readonly [string, Severity, string])[];

const WHERE = "{{ $labels.scenario }} on {{ $labels.target }}";
const TRENDS = dashboardUrl(DASHBOARDS.trends, ["scenario", "target"]);
const REPORT = reportUrl(LAST_RUN.info.name);

export function objectiveAlerts(): readonly AlertRule[] {
  return [
    ...KINDS.flatMap((kind) => SEVERITIES.map((severity) => missed(kind, severity))),
    ...SEVERITIES.map(otherMissed),
    repeatedly(),
  ];
}

function missed(kind: Kind, [verdict, severity, words]: (typeof SEVERITIES)[number]): AlertRule {
  const { measurement, title, format } = kind;
  const value = ofNights(LAST_RUN_MEASUREMENTS[measurement]);
  const limit = `printf "${OBJECTIVE_LIMITS[measurement].name}{scenario='%s',target='%s'}" $labels.scenario $labels.target`;
  return {
    alert: `Chatbench${kind.alert}ObjectiveMissed`,
    expr: bothOfRun(
      value,
      `${ofNights(LAST_RUN.objectiveVerdict, { where: { objective: measurement, verdict } })} == 1`,
    ),
    severity,
    summary: `${title}: objective ${words} in the last judged scheduled run.`,
    description: `${WHERE}: ${title} was {{ $value${format} }}{{ with ${limit} | query }}, the limit is {{ . | first | value${format} }}{{ end }}.`,
    reportUrl: REPORT,
    dashboardUrl: TRENDS,
  };
}

/** Every other objective, also of a script's own metrics: they have no value to show here. */
function otherMissed([verdict, severity, words]: (typeof SEVERITIES)[number]): AlertRule {
  const known = `!${KINDS.map(({ measurement }) => measurement).join("|")}`;
  const where = { objective: known, verdict };
  return {
    alert: "ChatbenchObjectiveMissed",
    expr: `${ofNights(LAST_RUN.objectiveVerdict, { where, by: ["objective"] })} == 1`,
    severity,
    summary: `An objective was ${words} in the last judged scheduled run.`,
    description: `${WHERE}: the objective {{ $labels.objective }} was ${words}; the report has its value.`,
    reportUrl: REPORT,
    dashboardUrl: TRENDS,
  };
}

function repeatedly(): AlertRule {
  return {
    alert: "ChatbenchObjectiveMissedRepeatedly",
    expr: `${ofNights(RUNS.consecutiveFailed)} >= 2`,
    severity: "critical",
    summary: "Scheduled runs have failed several times in a row.",
    description: `${WHERE}: the last {{ $value }} judged scheduled runs missed an objective by more than 10 %.`,
    reportUrl: REPORT,
    dashboardUrl: TRENDS,
  };
}
