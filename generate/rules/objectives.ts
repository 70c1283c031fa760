/** Alerts on the objectives of scheduled runs: what the last judged run that measured each of them said. */
import { LAST_RUN, OBJECTIVE_LIMITS, RUNS } from "../../src/exporter/catalogue/index.ts";
import type { MeasurementName } from "../../src/model/index.ts";
import { newest, ofNights, RUN } from "./expressions.ts";
import { kept } from "./kept.ts";
import { DASHBOARDS, dashboardUrl, reportUrl } from "./links.ts";
import type { AlertRule, RecordingRule, Severity } from "./rule.ts";

interface Kind {
  readonly measurement: string;
  readonly alert: string;
  readonly title: string;
  /** How a value reads. */
  readonly format: string;
  /** The name of its limit. */
  readonly limit: string;
}

/** The user's targets, and the error rate. */
const KINDS: readonly Kind[] = [
  known("latency_p95", { alert: "LatencyP95", title: "P95 latency", format: " | humanizeDuration" }),
  known("latency_p99", { alert: "LatencyP99", title: "P99 latency", format: " | humanizeDuration" }),
  known("error_rate", { alert: "ErrorRate", title: "Error rate", format: " | humanizePercentage" }),
  known("concurrent_users", { alert: "ConcurrentUsers", title: "Concurrent users", format: "" }),
  // Ready before it is measured: the catalogue gives a measurement of this name and unit exactly this limit.
  {
    ...{ measurement: "cost_reduction", alert: "CostReduction", title: "Cost reduction" },
    format: " | humanizePercentage",
    limit: "chatbench_objective_cost_reduction_ratio",
  },
];

function known(measurement: MeasurementName, words: Pick<Kind, "alert" | "title" | "format">): Kind {
  return { measurement, ...words, limit: OBJECTIVE_LIMITS[measurement].name };
}

/** A miss by more than 10 % wants somebody's attention; within 10 % it is only to be known. */
const SEVERITIES = [
  ["fail", "warning", "missed by more than 10 %"],
  ["warning", "info", "missed by at most 10 %"],
] as const satisfies readonly (readonly [string, Severity, string])[];

const WHERE = "{{ $labels.scenario }} on {{ $labels.target }}";
const TRENDS = dashboardUrl(DASHBOARDS.trends, ["scenario", "target"]);

/** What these alerts rest on, kept while the daemon is away. */
export function objectivesKept(): readonly RecordingRule[] {
  const metrics = [RUNS.missedValue, RUNS.consecutiveMissed, RUNS.lastTwoFailed];
  return metrics.map((metric) => kept(metric, { where: { trigger: "cron" }, owner: "scenario" }));
}

export function objectiveAlerts(): readonly AlertRule[] {
  return [
    ...KINDS.flatMap((kind) => SEVERITIES.map((severity) => missed(kind, severity))),
    ...SEVERITIES.map(otherMissed),
    ...repeatedly(),
  ];
}

/**
 * The value of an objective that is missed. Whatever daemon tells of runs of this schedule tells all of its objectives:
 * one that is no longer missed is not told, and what was said before does not count then.
 */
function missedValue(where: Readonly<Record<string, string>>, more: readonly "objective"[] = []): string {
  const [by, selected] = [[...RUN, ...more], { trigger: "cron", ...where }];
  const told = `${RUNS.consecutiveMissed.name}{trigger="cron"}`;
  return newest(RUNS.missedValue, { by, where: selected, unlessTold: `on (${RUN.join(", ")}) ${told}` });
}

function missed(kind: Kind, [verdict, severity, words]: (typeof SEVERITIES)[number]): AlertRule {
  const { measurement, title, format } = kind;
  const limit = `printf "${kind.limit}{scenario='%s',target='%s'}" $labels.scenario $labels.target`;
  return {
    alert: `Chatbench${kind.alert}ObjectiveMissed`,
    expr: missedValue({ objective: measurement, verdict }),
    severity,
    summary: `${title}: objective ${words} in the last scheduled run that measured it.`,
    description: `${WHERE}: ${title} was {{ $value${format} }}{{ with ${limit} | query }}, the limit is {{ . | first | value${format} }}{{ end }}.`,
    reportUrl: reportUrl(RUNS.missedValue.name, `objective='${measurement}'`),
    dashboardUrl: TRENDS,
  };
}

/** Every other objective, also of a script's own metrics: how their values read is not known here. */
function otherMissed([verdict, severity, words]: (typeof SEVERITIES)[number]): AlertRule {
  const others = `!${KINDS.map(({ measurement }) => measurement).join("|")}`;
  return {
    alert: "ChatbenchObjectiveMissed",
    expr: missedValue({ objective: others, verdict }, ["objective"]),
    severity,
    summary: `An objective was ${words} in the last scheduled run that measured it.`,
    description: `${WHERE}: the objective {{ $labels.objective }} was ${words}; the report has its value.`,
    reportUrl: reportUrl(RUNS.missedValue.name, "objective='%s'", "$labels.objective"),
    dashboardUrl: TRENDS,
  };
}

/** Twice in a row calls somebody; where it was within 10 % both times, it is told, and calls nobody. */
function repeatedly(): readonly AlertRule[] {
  const twice = `${ofNights(RUNS.consecutiveMissed)} >= 2`;
  const failed = `on (${RUN.join(", ")}) ${ofNights(RUNS.lastTwoFailed)} >= 1`;
  const page = "and at least one of the last two by more than 10 %";
  const both = [
    { severity: "critical", expr: `  ${twice}\nand ${failed}`, words: page },
    { severity: "warning", expr: `  ${twice}\nunless ${failed}`, words: "the last two by at most 10 %" },
  ] as const;
  return both.map(({ severity, expr, words }) => ({
    ...{ alert: "ChatbenchObjectiveMissedRepeatedly", expr, severity },
    summary: "Scheduled runs have missed objectives several times in a row.",
    description: `${WHERE}: the last {{ $value }} judged scheduled runs missed an objective, ${words}.`,
    reportUrl: reportUrl(LAST_RUN.info.name),
    dashboardUrl: TRENDS,
  }));
}
