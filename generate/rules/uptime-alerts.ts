/** Alerts on uptime: several windows, several burn rates, after the Site Reliability Workbook and Sloth. */
import { TARGETS } from "../../src/exporter/catalogue/index.ts";
import { ofTarget } from "./expressions.ts";
import { DASHBOARDS, dashboardUrl } from "./links.ts";
import type { AlertRule, Severity } from "./rule.ts";
import { BUDGET, burn, PROBES, type Window } from "./uptime-names.ts";

const UPTIME = dashboardUrl(DASHBOARDS.uptime, ["target"]);

/** Long window, short window, and how many times too fast the budget is spent in both. */
type Pair = readonly [long: Window, short: Window, factor: number];

interface Speed {
  readonly severity: Severity;
  readonly pairs: readonly [Pair, Pair];
  readonly summary: string;
}

/** 14.4 spends 2 % of a month's budget in an hour, 6 spends 5 % in six hours, 3 and 1 spend 10 % in one and three days. */
const PAGE: Speed = {
  severity: "critical",
  pairs: [
    ["1h", "5m", 14.4],
    ["6h", "30m", 6],
  ],
  summary: "A target fails so often that its error budget is gone within days.",
};
const TICKET: Speed = {
  severity: "warning",
  pairs: [
    ["1d", "2h", 3],
    ["3d", "6h", 1],
  ],
  summary: "A target fails more often than its uptime objective allows.",
};

/** Of the probes of a window: what failed, where next to all did. */
const NEXT_TO_ALL = 0.95;

export function uptimeAlerts(): readonly AlertRule[] {
  return [budgetBurn(PAGE, [totalOutage()]), budgetBurn(TICKET), probeAbsent()];
}

function budgetBurn({ severity, pairs, summary }: Speed, more: readonly string[] = []): AlertRule {
  const objective = `{{ with printf "slo:objective:ratio{target='%s'}" $labels.target | query }} of {{ . | first | value | humanizePercentage }}{{ end }}`;
  return {
    alert: "ChatbenchUptimeBudgetBurn",
    expr: [...pairs.map(both), ...more].join("\nor\n"),
    severity,
    summary,
    description: `{{ $labels.target }}: failed probes spend the error budget {{ $value | printf "%.1f" }} times as fast as the uptime objective${objective} allows.`,
    dashboardUrl: UPTIME,
  };
}

/** The long window says that it matters, the short one that it goes on. */
function both([long, short, factor]: Pair): string {
  return `(${burn(long)} > ${String(factor)} and on (target) ${burn(short)} > ${String(factor)})`;
}

/** Below 93 % no outage is 14.4 times too fast, below 83 % not even six times: an hour without an answer pages all the same. */
function totalOutage(): string {
  const failed = (window: Window): string => `${burn(window)} * on (target) ${BUDGET} > ${String(NEXT_TO_ALL)}`;
  return `(${burn("1h")} and on (target) ${failed("1h")} and on (target) ${failed("5m")})`;
}

/** Only for targets with an uptime objective: who does not use probes is not told that there are none. */
function probeAbsent(): AlertRule {
  return {
    alert: "ChatbenchProbeAbsent",
    expr: `  ${ofTarget(TARGETS.objective)}\nunless on (target)\n  sum by (target) (count_over_time(${PROBES}[5m]))`,
    for: "10m",
    severity: "critical",
    summary: "Nobody asks whether a target is up.",
    description:
      "{{ $labels.target }} has an uptime objective of {{ $value | humanizePercentage }}, but has not been probed for 15 minutes: its uptime is unknown.",
    dashboardUrl: UPTIME,
  };
}
