/** Alerts on the objectives of scheduled runs: what the last judged run said. */
import {
  LAST_RUN,
  LAST_RUN_MEASUREMENTS,
  OBJECTIVE_LIMITS,
  RUNS,
  type Metric,
} from "../../src/exporter/catalogue/index.ts";
import { gauge } from "../../src/exporter/catalogue/metric.ts";
import type { MeasurementName } from "../../src/model/index.ts";
import { bothOfRun, ofNights, RUN } from "./expressions.ts";
import { DASHBOARDS, dashboardUrl, reportUrl } from "./links.ts";
import type { AlertRule, Severity } from "./rule.ts";

interface Kind {
  readonly measurement: string;
  readonly alert: string;
  readonly title: string;
  /** How a value reads. */
  readonly format: string;
  /** Its value in the last judged run, and the name of its limit. */
  readonly value: Metric<(typeof RUN)[number]>;
  readonly limit: string;
}

/** The user's targets, and the error rate. */
const KINDS: readonly Kind[] = [
  known("latency_p95", { alert: "LatencyP95", title: "P95 latency", format: " | humanizeDuration" }),
  known("latency_p99", { alert: "LatencyP99", title: "P99 latency", format: " | humanizeDuration" }),
  known("error_rate", { alert: "ErrorRate", title: "Error rate", format: " | humanizePercentage" }),
  known("concurrent_users", { alert: "ConcurrentUsers", title: "Concurrent users", format: "" }),
  // Ready before it is measured: the catalogue gives a measurement of this name and unit exactly these metrics.
  {
    ...{
      measurement: "cost_reduction",
      alert: "CostReduction",
      title: "Cost reduction",
      format: " | humanizePercentage",
    },
    value: gauge("chatbench_last_run_cost_reduction_ratio", { unit: "ratio", labels: RUN, help: "Planned." }),
    limit: "chatbench_objective_cost_reduction_ratio",
  },
];

function known(measurement: MeasurementName, words: Pick<Kind, "alert" | "title" | "format">): Kind {
  const [value, limit] = [LAST_RUN_MEASUREMENTS[measurement], OBJECTIVE_LIMITS[measurement].name];
  return { measurement, ...words, value, limit };
}

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
  const value = ofNights(kind.value);
  const limit = `printf "${kind.limit}{scenario='%s',target='%s'}" $labels.scenario $labels.target`;
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
  const others = `!${KINDS.map(({ measurement }) => measurement).join("|")}`;
  const where = { objective: others, verdict };
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
