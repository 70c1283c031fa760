/** Names that the uptime rules and the dashboards share. */

/** One probe of a target by blackbox_exporter: 1 it answered, 0 it did not. */
export const PROBES = 'probe_success{job="chatbench-probe"}';
/** How often the job asks: what was not asked is known by it. */
export const PROBE_SECONDS = 15;
export const SLO = '{sloth_slo="uptime"}';
export const PERIOD_DAYS = 30;
/** The share of probes that may fail. */
export const BUDGET = `max by (target) (slo:error_budget:ratio${SLO})`;
/** What is left of the failures that the whole period allows, made or not yet made: ten in the first hour are ten of many. */
export const BUDGET_LEFT = "target:uptime_budget_remaining:ratio";

/** Windows of the burn-rate alerts, with their length. */
export const WINDOWS = { "5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21_600, "1d": 86_400, "3d": 259_200 };
export type Window = keyof typeof WINDOWS;

export const errorRatio = (window: string): string => `slo:sli_error:ratio_rate${window}`;
/** How many times as fast as the objective allows the error budget is spent; absent where too little was probed. */
export const burn = (window: Window): string => `target:uptime_budget_burn:ratio_rate${window}`;
