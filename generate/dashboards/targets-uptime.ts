/** Rows of uptime in the table of performance targets: a target has it, not a scenario. */
import { TARGETS } from "../../src/exporter/catalogue/index.ts";

const of = ({ name }: { readonly name: string }): string => `max by (target) (${name}{job=~"$job", target=~"$target"})`;
const VALUE = of(TARGETS.uptime);
const LIMIT = of(TARGETS.objective);
const COVERAGE = of(TARGETS.coverage);
/** As the judge has it: from 90 % on the 10 % are of what the limit allows to fail, below it of the limit. */
const FAILED_BELOW = `(1.1 * ${LIMIT} - 0.1 and on (target) ${LIMIT} >= 0.9 or 0.9 * ${LIMIT})`;
/** As the judge has it: below it, only what can no longer be met is judged. */
const LEAST_COVERAGE = "0.5";

export function uptimeLimit(): string {
  return named(`100 * ${LIMIT}`);
}

/** Also without an objective: whoever is probed has an uptime. Rounded down: what misses its limit must not look like it. */
export function uptimeNow(): string {
  return named(`floor(10000 * ${VALUE} + 1e-6) / 100`);
}

/** 0 pass, 1 warning: missed by at most 10 %, 2 fail, 3 not measured, 4 no target. */
export function uptimeStatus(): string {
  const missed = `(${VALUE} < bool on (target) ${LIMIT})`;
  const byMore = `(${VALUE} < bool on (target) ${FAILED_BELOW})`;
  const best = `(1 - (1 - ${VALUE}) * on (target) ${COVERAGE})`;
  const lost = `2 + 0 * (${best} < on (target) ${FAILED_BELOW})`;
  const judged = `(${missed} + on (target) ${byMore}) and on (target) ${COVERAGE} >= ${LEAST_COVERAGE}`;
  const untargeted = `4 + 0 * (${VALUE} unless on (target) ${LIMIT})`;
  return named(`((${judged}) or (${lost}) or 3 + 0 * ${LIMIT} or (${untargeted}))`);
}

function named(expr: string): string {
  const labels = { metric: "Uptime (%)", scenario: "(all)", trigger: "probes" };
  return Object.entries(labels).reduce(
    (inner, [label, text]) => `label_replace(${inner}, "${label}", "${text}", "", "")`,
    expr,
  );
}
