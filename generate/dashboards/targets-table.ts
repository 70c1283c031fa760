/** The user's table of performance targets, live: Metric, Target, Current, Status for each scenario. */
import { LAST_RUN, LAST_RUN_MEASUREMENTS, NEWEST_RUN, OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import { MEASUREMENTS, type MeasurementName, type Unit } from "../../src/model/index.ts";
import { runbook, reportOf, STATUS_PAGE } from "./links.ts";
import type { PanelOf } from "./panel.ts";
import { uptimeLimit, uptimeNow, uptimeStatus } from "./targets-uptime.ts";
import { onDaemon, onScenario, ofEachDaemon, ofNewestDaemon, ofRuns, ofScenarios } from "./query.ts";
import { table } from "./table.ts";
import { VERDICTS } from "./words.ts";

const NAMES = Object.keys(MEASUREMENTS) as MeasurementName[];
/** Told also where a scenario sets no target for them. */
const ALWAYS: readonly MeasurementName[] = ["latency_p95", "latency_p99", "concurrent_users", "error_rate"];
const ENDED = ofRuns(LAST_RUN.ended);

/** The rows have different units, and a column of Grafana has one: the unit stands in the name of the metric. */
const SHOWN: Readonly<Partial<Record<Unit, { readonly factor: number; readonly unit: string }>>> = {
  s: { factor: 1000, unit: "ms" },
  ratio: { factor: 100, unit: "%" },
  "1/s": { factor: 1, unit: "per second" },
};

export function targetsTable(): PanelOf {
  return table({
    title: "Performance targets",
    description:
      "What the last judged run of each scenario says of each target. An older pass stays here when the newest run said nothing, but never in green. Exact figures from the engine's own samples.",
    unit: "none",
    empty: "No scenario is configured, or Chatbench is not scraped: see Chatbench itself.",
    ...{ width: 24, height: 12 },
    links: [STATUS_PAGE, runbook("ChatbenchObjectiveMissed")],
    sortBy: ["Scenario", "Metric"],
    columns: [
      { name: "Scenario", label: "scenario" },
      { name: "System", label: "target" },
      { name: "Trigger", label: "trigger", width: 130 },
      { name: "Metric", label: "metric" },
      { name: "Target", query: { expr: union([...NAMES.map(limitOf), uptimeLimit()]) }, decimals: 2, width: 110 },
      { name: "Current", query: { expr: union([...NAMES.map(currentOf), uptimeNow()]) }, decimals: 2, width: 110 },
      {
        name: "Status",
        query: { expr: union([...NAMES.map(statusOf), otherStatus(), uptimeStatus()]) },
        words: VERDICTS,
      },
      { name: "Run", label: "run_id", link: reportOf('${__data.fields["Run"]}') },
    ],
  });
}

const union = (expressions: readonly string[]): string => expressions.join("\nor\n");

/** The series, with the name under which people know it. */
function named(expr: string, name: MeasurementName): string {
  const shown = SHOWN[MEASUREMENTS[name].unit];
  const title = shown === undefined ? MEASUREMENTS[name].title : `${MEASUREMENTS[name].title} (${shown.unit})`;
  return `label_replace(${expr}, "metric", "${title}", "", "")`;
}

function scaled(expr: string, name: MeasurementName): string {
  const factor = SHOWN[MEASUREMENTS[name].unit]?.factor ?? 1;
  return factor === 1 ? expr : `${String(factor)} * ${expr}`;
}

/** For each trigger that has a judged run; for a scenario that has none, once. */
function limitOf(name: MeasurementName): string {
  const limit = ofScenarios(OBJECTIVE_LIMITS[name]);
  return [
    named(scaled(`(0 * ${ENDED} + ${onScenario} group_left () ${limit})`, name), name),
    named(withoutRun(scaled(limit, name)), name),
  ].join("\nor\n");
}

/** Marked as such in the place of the trigger. */
function withoutRun(expr: string): string {
  return `label_replace(${expr} unless ${onScenario} ${ENDED}, "trigger", "no run yet", "", "")`;
}

function currentOf(name: MeasurementName): string {
  const value = scaled(ofRuns(LAST_RUN_MEASUREMENTS[name]), name);
  if (ALWAYS.includes(name)) return named(value, name);
  return named(`(${value} and ${onScenario} ${ofScenarios(OBJECTIVE_LIMITS[name])})`, name);
}

function statusOf(name: MeasurementName): string {
  const limit = ofScenarios(OBJECTIVE_LIMITS[name]);
  const judged = withRun(codeOf({ objective: name }));
  const untargeted = `4 + 0 * ${ofEachDaemon(LAST_RUN_MEASUREMENTS[name])} unless ${onDaemon} ${ofEachDaemon(LAST_RUN.objectiveVerdict, { where: { objective: name } })}`;
  return [
    named(judged, name),
    ...(ALWAYS.includes(name) ? [named(withRun(`(${untargeted})`), name)] : []),
    named(withoutRun(`5 + 0 * ${limit}`), name),
  ].join("\nor\n");
}

/** Objectives on a script's own metrics have a name and a verdict. */
function otherStatus(): string {
  const code = codeOf({ objective: `!${NAMES.join("|")}` }, ["objective"]);
  const renamed = `label_replace(${withRun(code, ["objective"])}, "metric", "$1", "objective", "(.*)")`;
  return `max without (objective) (${renamed})`;
}

/** 0 pass, 1 warning, 2 fail, 3 not measured. */
function codeOf(where: { readonly objective: string }, by: readonly "objective"[] = []): string {
  const told = (verdict: string): string =>
    ofEachDaemon(LAST_RUN.objectiveVerdict, { where: { ...where, verdict }, by });
  return `(${told("warning")} + 2 * ${told("fail")} + 3 * ${told("invalid")})`;
}

/** Ten more where the newest run gave no verdict; and the id of the run that is told of. */
function withRun(code: string, by: readonly "objective"[] = []): string {
  const silent = ofEachDaemon(NEWEST_RUN.verdict, { where: { verdict: "invalid|none" } });
  const identity = ofEachDaemon(LAST_RUN.info, { by: ["run_id"] });
  const told = `(${code} + ${onDaemon} group_left () 10 * ${silent}) * ${onDaemon} group_left (run_id) ${identity}`;
  return ofNewestDaemon(told, LAST_RUN.started, ["run_id", ...by]);
}
