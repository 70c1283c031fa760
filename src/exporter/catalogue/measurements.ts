/** A metric of each measurement of the catalogue in src/model: a new measurement has its metrics by itself. */
import { MEASUREMENTS, type MeasurementName, type Unit } from "../../model/index.ts";
import { gauge, RUN, SCENARIO, type Metric, type MetricUnit } from "./metric.ts";

const UNITS: Readonly<Record<Unit, { readonly suffix: string; readonly unit: MetricUnit }>> = {
  s: { suffix: "_seconds", unit: "seconds" },
  ratio: { suffix: "_ratio", unit: "ratio" },
  "1/s": { suffix: "_per_second", unit: "per second" },
  count: { suffix: "", unit: "count" },
  bytes: { suffix: "_bytes", unit: "other" },
  "bytes/s": { suffix: "_bytes_per_second", unit: "other" },
  cores: { suffix: "_cores", unit: "other" },
  usd: { suffix: "_usd", unit: "other" },
  "tokens/s": { suffix: "_tokens_per_second", unit: "other" },
};

/** Of which names of measurements hold the unit already. */
const RESOURCE_UNITS: ReadonlySet<Unit> = new Set(["cores", "bytes", "bytes/s"]);

type Of<Label extends string> = Readonly<Record<MeasurementName, Metric<Label>>>;

/** Its value in the last judged run. */
export const LAST_RUN_MEASUREMENTS: Of<(typeof RUN)[number]> = each((name, { unit }) =>
  gauge(nameOf("last_run", name), {
    unit,
    labels: RUN,
    help: `${MEASUREMENTS[name].title} of the last judged run. ${MEASUREMENTS[name].definition}`,
  }),
);

/** The limit that a scenario sets for it. */
export const OBJECTIVE_LIMITS: Of<(typeof SCENARIO)[number]> = each((name, { unit }) =>
  gauge(nameOf("objective", name), {
    unit,
    labels: SCENARIO,
    help: `Configured limit of ${MEASUREMENTS[name].title}.`,
  }),
);

function nameOf(prefix: string, name: MeasurementName): string {
  const { suffix } = UNITS[MEASUREMENTS[name].unit];
  // Prometheus wants the unit at the end: memory_bytes_peak is told as memory_peak_bytes.
  const plain = RESOURCE_UNITS.has(MEASUREMENTS[name].unit) ? name.replace(/_(cores|bytes)(?=_|$)/, "") : name;
  return `chatbench_${prefix}_${plain}${plain.endsWith(suffix) ? "" : suffix}`;
}

function each<M>(make: (name: MeasurementName, unit: (typeof UNITS)[Unit]) => M): Readonly<Record<MeasurementName, M>> {
  const names = Object.keys(MEASUREMENTS) as MeasurementName[];
  return Object.fromEntries(names.map((name) => [name, make(name, UNITS[MEASUREMENTS[name].unit])])) as Record<
    MeasurementName,
    M
  >;
}
