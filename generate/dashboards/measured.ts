/** Which measurements belong together, and the panel of one: a new measurement has its panel by itself. */
import { LAST_RUN_MEASUREMENTS, OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import { MEASUREMENTS, type MeasurementName, type Unit } from "../../src/model/index.ts";
import { STATUS_PAGE, type PanelLink } from "./links.ts";
import { lines, type PanelOf } from "./panel.ts";
import { ofRuns, ofScenarios } from "./query.ts";

const NAMES = Object.keys(MEASUREMENTS) as MeasurementName[];

/** By how a name begins; the first that fits. */
const FAMILIES = [
  ["latency", /^(?:latency|error_rate)/],
  ["streaming", /^(?:ttft|first_byte|tpot|inter_chunk|output_tokens)/],
  ["capacity", /^(?:goodput|max_passing|first_failing)/],
  ["cost", /^(?:cost|spend|cache)/],
  ["resources", /^(?:cpu|memory|network)/],
  ["load", /./],
] as const;
export type Family = (typeof FAMILIES)[number][0];

/** Measurements of a family, in the order of the catalogue. */
export function familyOf(family: Family): readonly MeasurementName[] {
  return NAMES.filter((name) => FAMILIES.find(([, begin]) => begin.test(name))?.[0] === family);
}

const UNITS: Readonly<Record<Unit, string>> = {
  s: "s",
  ratio: "percentunit",
  "1/s": "reqps",
  count: "short",
  bytes: "bytes",
  "bytes/s": "Bps",
  cores: "suffix: cores",
  usd: "currencyUSD",
  "tokens/s": "suffix: tokens/s",
};

/** Grafana's name of the unit of a measurement. */
export function grafanaUnit(name: MeasurementName): string {
  return UNITS[MEASUREMENTS[name].unit];
}

export const SERIES = "{{scenario}} · {{target}} · {{trigger}}";
const LIMIT = "Limit: {{scenario}} · {{target}}";
const EMPTY = "No judged run in the time shown, or none that measured it.";

/** Its value in the last judged run, run after run, with the limits. */
export function trend(name: MeasurementName, links: readonly PanelLink[] = []): PanelOf {
  const { title, definition } = MEASUREMENTS[name];
  return lines({
    title,
    description: `${definition} Dashed: the limit of each scenario that has one.`,
    ...{ unit: grafanaUnit(name), empty: EMPTY, width: 8, steps: true, many: true, links: [STATUS_PAGE, ...links] },
    queries: [
      { expr: ofRuns(LAST_RUN_MEASUREMENTS[name]), legend: SERIES },
      { expr: ofScenarios(OBJECTIVE_LIMITS[name]), legend: LIMIT },
    ],
  });
}
