/** What was read of the target's system, in numbers and in one line. */
import { formatValue, rateUnitOf, type Resources, type ResourceValue, type RunRecord } from "../model/index.ts";
import { html, type Html, type Part } from "./html.ts";
import { numbers, wideTable } from "./table.ts";

const NOTHING = "–";

/** Every reading over the judged window, and which source did not answer; nothing where the target has no source. */
export function resourceTable({ resources }: RunRecord): Html | undefined {
  if (resources === undefined) return undefined;
  const values = Object.values(resources.values);
  return html`${values.length > 0 && valuesTable(values)}${notes(resources)}`;
}

function valuesTable(values: readonly ResourceValue[]): Html {
  const lines = values.map(
    (value) =>
      html`<tr>
        <td>${value.title}</td>
        ${cellsOf(value).map((cell) => html`<td class="number">${cell}</td>`)}
      </tr>`,
  );
  return wideTable({
    caption: "The target's system in the judged window",
    columns: ["Reading", numbers("Mean"), numbers("Peak"), numbers("In all"), numbers("Samples")],
    groups: [lines],
  });
}

function cellsOf({ unit, samples, mean, peak, delta, perSecond, peakPerSecond }: ResourceValue): readonly Part[] {
  const told = (value: number | undefined, as = unit): string =>
    value === undefined ? NOTHING : formatValue(value, as);
  const isCounter = perSecond !== undefined;
  const pace = rateUnitOf(unit);
  return [
    isCounter ? told(perSecond, pace) : told(mean),
    isCounter ? told(peakPerSecond, pace) : told(peak),
    told(unit === "count" && delta !== undefined ? Math.round(delta) : delta),
    formatValue(samples, "count"),
  ];
}

function notes({ collectors, restarted, restartedOutside: outside = [] }: Resources): readonly Html[] {
  const silent = collectors.flatMap(({ name, reads, failures, problem }) => {
    if (problem === undefined && failures === 0) return [];
    const often = `${formatValue(failures, "count")} of ${formatValue(reads + failures, "count")} readings of ${name} failed.`;
    return [`${often} ${problem ?? "The last one did not."}`];
  });
  const again = [
    ...(restarted.length === 0 ? [] : [`Restarted during the judged window: ${restarted.join(", ")}.`]),
    ...(outside.length === 0 ? [] : [`Restarted before or after the judged window: ${outside.join(", ")}.`]),
  ];
  return [...silent, ...again].map((text) => html`<p class="soft">${text}</p>`);
}

/** `1.2 cores (peak 1.4), 182 MiB (peak 190 MiB), ...`; undefined where nothing of the target's system was read. */
export function resourceLine({ resources, measurements }: RunRecord): string | undefined {
  if (resources === undefined) return undefined;
  const pair = (name: string): readonly string[] => {
    const [mean, peak] = [measurements[name], measurements[`${name}_peak`]];
    if (mean === undefined) return [];
    const most = peak === undefined ? "" : ` (peak ${formatValue(peak.value, peak.unit)})`;
    return [`${formatValue(mean.value, mean.unit)}${most}`];
  };
  const outside = resources.restartedOutside ?? [];
  const connections = resources.values.postgres_connections?.peak;
  const hits = measurements.cache_hit_ratio?.value;
  const missing = resources.collectors.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
  const parts = [
    ...pair("cpu_cores"),
    ...pair("memory_bytes"),
    ...(connections === undefined ? [] : [`at most ${formatValue(connections, "count")} PostgreSQL connections`]),
    ...(hits === undefined ? [] : [`${formatValue(hits, "ratio")} cache hits`]),
    ...(missing.length === 0 ? [] : [`not read: ${missing.join(", ")}`]),
    ...(resources.restarted.length === 0 ? [] : [`restarted: ${resources.restarted.join(", ")}`]),
    ...(outside.length === 0 ? [] : [`restarted outside the judged window: ${outside.join(", ")}`]),
  ];
  return parts.length === 0 ? undefined : `Target's system: ${parts.join(", ")}`;
}
