import type { Metric } from "./catalogue/index.ts";
import type { Samples } from "./samples.ts";

/** Both exposition formats of Prometheus; negotiate.ts says which one a scraper gets. */
export type Format = "text" | "openmetrics";

/** One metric of the page with everything below its name. */
export interface Family extends Pick<Metric, "name" | "type" | "help"> {
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  /** Of a histogram with its ending; else the name of the family. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
}

/** Gauges and counters: what is not among the samples cannot linger on the page. */
export function familiesOf(samples: Samples): readonly Family[] {
  return [...samples.entries()].map(([{ name, type, help }, values]) => ({
    ...{ name, type, help },
    samples: values.map(({ labels, value }) => ({ name, labels, value })),
  }));
}

/**
 * Families as lines, without the end mark that OpenMetrics wants after the last of them. Both formats hold the same
 * samples under the same names and labels: a Prometheus that changes from one to the other sees no new series.
 */
export function linesOf(families: readonly Family[], format: Format): string {
  return families.map((family) => `${headOf(family, format)}${seriesOf(family)}`).join("");
}

/** One value a series: of two the later one, because a page that says both is refused as a whole. */
function seriesOf({ samples }: Family): string {
  const values = new Map(samples.map((sample) => [nameOf(sample), sample.value]));
  return [...values].map(([name, value]) => `${name} ${String(value)}\n`).join("");
}

/** The last line of a page. */
export function endOf(format: Format): string {
  return format === "openmetrics" ? "# EOF\n" : "";
}

function headOf({ name, type, help }: Family, format: Format): string {
  if (format === "text") return `# HELP ${name} ${escapedLine(help)}\n# TYPE ${name} ${type}\n`;
  const own = openName(name, type);
  const unit = own.type === "info" ? undefined : /_(seconds|bytes|ratio)$/.exec(own.name)?.[1];
  return [
    `# TYPE ${own.name} ${own.type}\n`,
    unit === undefined ? "" : `# UNIT ${own.name} ${unit}\n`,
    `# HELP ${own.name} ${escaped(help)}\n`,
  ].join("");
}

/** OpenMetrics 1.0.0: the endings of counters and of facts in words belong to their samples, not to their family. */
function openName(name: string, type: Family["type"]): { readonly name: string; readonly type: string } {
  if (type === "counter") return { name: name.replace(/_total$/, ""), type };
  if (name.endsWith("_info")) return { name: name.replace(/_info$/, ""), type: "info" };
  return { name, type };
}

function nameOf({ name, labels }: FamilySample): string {
  const pairs = Object.entries(labels).flatMap(([label, text]) =>
    text === undefined || text === "" ? [] : [`${label}="${label === "le" ? bound(text) : escaped(String(text))}"`],
  );
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`}`;
}

/** A whole number as OpenMetrics and Prometheus 3 write it (1.0), in both formats: else one bucket would be two series. */
function bound(text: string | number): string {
  return Number.isInteger(Number(text)) ? `${String(text)}.0` : String(text);
}

function escapedLine(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escaped(text: string): string {
  return escapedLine(text).replaceAll('"', '\\"');
}
