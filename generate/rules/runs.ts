/** Alerts on scheduled runs that said nothing of their target. */
import { NEWEST_RUN, SCHEDULE } from "../../src/exporter/catalogue/index.ts";
import { ofNights, ofScenario, SCENARIO } from "./expressions.ts";
import { kept } from "./kept.ts";
import { K6_SERIES } from "./recording.ts";
import { DASHBOARDS, dashboardUrl, reportUrl } from "./links.ts";
import type { AlertRule, RecordingRule } from "./rule.ts";

const WHERE = "{{ $labels.scenario }} on {{ $labels.target }}";
const OVERVIEW = dashboardUrl(DASHBOARDS.overview, ["scenario", "target"]);
const REPORT = reportUrl(NEWEST_RUN.info.name);

/** ` (too_few_samples)`: the code of the newest run's reason, where there is one. */
const REASON = [
  `{{ with printf "${NEWEST_RUN.reason.name}{scenario='%s',target='%s',trigger='%s'}"`,
  ` $labels.scenario $labels.target $labels.trigger | query }} ({{ . | first | label "reason" }}){{ end }}`,
].join("");

/** What these alerts rest on, kept while the daemon is away. */
export function runsKept(): readonly RecordingRule[] {
  const { verdict, state, telemetry } = NEWEST_RUN;
  return [
    kept(verdict, { where: { trigger: "cron", verdict: "invalid" }, owner: "scenario" }),
    kept(state, { where: { trigger: "cron", state: "error|lost" }, owner: "scenario" }),
    kept(telemetry, { where: { trigger: "cron", telemetry: "incomplete" }, owner: "scenario" }),
    // Unknown after a start without a database (docs/decisions/0023-the-daemon-answers-from-memory.md).
    kept(SCHEDULE.deadline, { where: {}, owner: "schedule" }),
  ];
}

export function runAlerts(): readonly AlertRule[] {
  return [invalid(), broken(), overdue(), notIngested(), seriesBudget()];
}

function invalid(): AlertRule {
  return {
    alert: "ChatbenchRunInvalid",
    expr: `${ofNights(NEWEST_RUN.verdict, { where: { verdict: "invalid" } })} == 1`,
    severity: "warning",
    summary: "The newest scheduled run could not be judged.",
    description: `${WHERE}: the numbers of the newest scheduled run cannot be judged${REASON}. What the run before it said still stands.`,
    reportUrl: REPORT,
    dashboardUrl: OVERVIEW,
  };
}

function broken(): AlertRule {
  return {
    alert: "ChatbenchRunBroken",
    expr: `${ofNights(NEWEST_RUN.state, { where: { state: "error|lost" }, by: ["state"] })} == 1`,
    severity: "warning",
    summary: "The newest scheduled run broke.",
    description: `${WHERE}: the newest scheduled run ended as {{ $labels.state }}${REASON}: the benchmark failed, not its target. What the run before it said still stands.`,
    reportUrl: REPORT,
    dashboardUrl: OVERVIEW,
  };
}

/** Rests on a time that the daemon told long ago, so it also fires when the daemon's own schedule hangs. */
function overdue(): AlertRule {
  return {
    alert: "ChatbenchRunOverdue",
    expr: `  time() - ${ofScenario(SCHEDULE.deadline)} > 0\nunless on (${SCENARIO.join(", ")})\n  ${SCHEDULE.paused.name} == 1`,
    for: "10m",
    severity: "critical",
    summary: "No scheduled run has been judged for too long.",
    description: `${WHERE}: a scheduled run should have been judged {{ $value | humanizeDuration }} ago.`,
    dashboardUrl: OVERVIEW,
  };
}

function notIngested(): AlertRule {
  return {
    alert: "ChatbenchResultsNotIngested",
    expr: `${ofNights(NEWEST_RUN.telemetry, { where: { telemetry: "incomplete" } })} == 1`,
    severity: "warning",
    summary: "Prometheus does not hold everything that k6 sent.",
    description: `${WHERE}: series of the newest scheduled run are missing in Prometheus. Its verdict is right all the same; live views and drill-down are not.`,
    reportUrl: REPORT,
    dashboardUrl: OVERVIEW,
  };
}

/** Five times what a shipped script may send, and still far from what hurts a Prometheus: a tag grows with the traffic. */
const SERIES_BUDGET = 5000;

function seriesBudget(): AlertRule {
  return {
    alert: "ChatbenchSeriesBudgetExceeded",
    expr: `max by (scenario, target, trigger) (max_over_time(${K6_SERIES}{trigger="cron"}[1d])) > ${String(SERIES_BUDGET)}`,
    severity: "warning",
    summary: "A scheduled run sends too many series to Prometheus.",
    description: `${WHERE}: k6 sent {{ $value | printf "%.0f" }} series at a time in a scheduled run of the last day. The budget is ${String(SERIES_BUDGET)}: a tag of the script grows with its traffic.`,
    dashboardUrl: OVERVIEW,
  };
}
