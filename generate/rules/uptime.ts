/**
 * Uptime in the shape of Sloth, so that dashboards made for it read ours: share of failed probes in each window, error
 * budget, and what is left of it. One set of rules serves every target, so the identity comes from the label `target`.
 */
import { TARGETS } from "../../src/exporter/catalogue/index.ts";
import { ofTarget } from "./expressions.ts";
import { kept } from "./kept.ts";
import type { RecordingRule } from "./rule.ts";
import {
  BUDGET,
  BUDGET_LEFT,
  burn,
  errorRatio,
  PERIOD_DAYS,
  PROBE_SECONDS,
  PROBES,
  SLO,
  WINDOWS,
  type Window,
} from "./uptime-names.ts";

/** A window of which less was probed says nothing: a fresh install or a gap must not page. */
const LEAST_PROBED = 0.25;
/** An objective of 100 % has no budget to divide by. */
const LEAST_BUDGET = 0.000_01;

const windows = Object.keys(WINDOWS) as Window[];
/** The share of time in which the target must answer, as configured. */
const OBJECTIVE = ofTarget(TARGETS.objective);

export function uptimeRecordings(): readonly RecordingRule[] {
  return [
    ...windows.map((window) => failedShare(window)),
    kept(TARGETS.objective, { where: {}, owner: "target" }),
    slo("slo:objective:ratio", OBJECTIVE),
    slo("slo:error_budget:ratio", `clamp_min(1 - ${OBJECTIVE}, ${String(LEAST_BUDGET)})`),
    slo("slo:time_period:days", `0 * ${OBJECTIVE} + ${String(PERIOD_DAYS)}`),
    slo("sloth_slo_info", `group by (target) (${OBJECTIVE})`),
    perBudget("slo:current_burn_rate:ratio", errorRatio("5m")),
    ...windows.map(burnOf),
  ];
}

/** Over a month of probes: looked at less often, because it costs the most and changes the least. */
export function uptimePeriodRecordings(): readonly RecordingRule[] {
  const month = errorRatio(`${String(PERIOD_DAYS)}d`);
  return [
    failedShare(`${String(PERIOD_DAYS)}d`),
    perBudget("slo:period_burn_rate:ratio", month),
    { record: "slo:period_error_budget_remaining:ratio", expr: `1 - slo:period_burn_rate:ratio${SLO}` },
    { record: BUDGET_LEFT, expr: `1 - (\n${burnedOf(`${String(PERIOD_DAYS)}d`, PERIOD_DAYS * 86_400)}\n)` },
  ];
}

function failedShare(window: string): RecordingRule {
  const asked = `sum by (target) (count_over_time(${PROBES}[${window}]))`;
  const answered = `sum by (target) (sum_over_time(${PROBES}[${window}]))`;
  const share = `(\n    ${asked}\n  -\n    ${answered}\n  ) / ${asked}`;
  return { record: errorRatio(window), expr: identified(share), labels: { sloth_slo: "uptime", sloth_window: window } };
}

function slo(record: string, expr: string): RecordingRule {
  return { record, expr: identified(expr), labels: { sloth_slo: "uptime" } };
}

function identified(expr: string): string {
  const service = `label_replace(\n  ${expr},\n  "sloth_service", "$1", "target", "(.*)")`;
  return `label_replace(${service},\n  "sloth_id", "$1-uptime", "target", "(.*)")`;
}

/** Sloth's own: what was not probed is left out. */
function perBudget(record: string, errors: string): RecordingRule {
  const by = "on (sloth_id, sloth_slo, sloth_service, target)";
  return { record, expr: `sum without (sloth_window) (${errors}${SLO})\n/ ${by}\n  slo:error_budget:ratio${SLO}` };
}

/**
 * For the alerts: a probe that was not made counts as answered, so that few probes never make a fire of one failure, and
 * a window that was hardly probed has no value.
 */
function burnOf(window: Window): RecordingRule {
  return { record: burn(window), expr: burnedOf(window, WINDOWS[window], ` >= ${String(LEAST_PROBED)}`) };
}

/** Failed probes of all that the window should hold, by the share that may fail. */
function burnedOf(window: string, seconds: number, atLeast = ""): string {
  const probed = `sum by (target) (count_over_time(${PROBES}[${window}])) / ${String(seconds / PROBE_SECONDS)}`;
  return [
    `  max by (target) (${errorRatio(window)}${SLO})`,
    "* on (target)",
    `  clamp_max(${probed}${atLeast}, 1)`,
    "/ on (target)",
    `  ${BUDGET}`,
  ].join("\n");
}
