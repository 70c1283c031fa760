/** PromQL that several rules share. */
import type { Metric } from "../../src/exporter/catalogue/index.ts";

/** The job that scrapes the daemon. */
export const JOB = "chatbench";

/**
 * How long a gauge counts after its last scrape. A daemon that restarts, or is away for less than that, neither
 * resolves an alert nor raises one; beyond it, ChatbenchExporterDown speaks.
 */
const MEMORY = "1h";

const SCENARIO = ["job", "scenario", "target"] as const;
export const RUN = [...SCENARIO, "trigger"] as const;

type Selection<Label extends string> = Readonly<Partial<Record<NoInfer<Label>, string>>>;

/**
 * The newest value of a gauge of scheduled runs, whatever daemon told it. A run of a pull request never pages: it
 * reports to the pull request.
 */
export function ofNights<Label extends string>(
  metric: Metric<Label>,
  { where, by = [] }: { readonly where?: Selection<Label>; readonly by?: readonly NoInfer<Label>[] } = {},
): string {
  return newest(metric, { by: [...RUN, ...by], where: { trigger: "cron", ...where } });
}

/** The newest value of a gauge of a scenario. */
export function ofScenario<Label extends string>(metric: Metric<Label>): string {
  return newest(metric, { by: SCENARIO, where: {} });
}

/** Both sides hold for the same scenario, target and trigger; the value is that of the left. */
export function bothOfRun(left: string, right: string): string {
  return `  ${left}\nand on (${RUN.join(", ")})\n  ${right}`;
}

export function unlessOfScenario(left: string, right: string): string {
  return `  ${left}\nunless on (${SCENARIO.join(", ")})\n  ${right}`;
}

function newest(
  { name }: Metric,
  { by, where }: { readonly by: readonly string[]; readonly where: Readonly<Record<string, string | undefined>> },
): string {
  const [series, labels] = [`${name}${selectorOf(where)}`, by.join(", ")];
  // What is told now comes first: a daemon that came back at another address must not be overruled by what it said before.
  return `(max by (${labels}) (${series}) or max by (${labels}) (last_over_time(${series}[${MEMORY}])))`;
}

/** Equality, or a match where the text has `|` or `^`. */
function selectorOf(where: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(where).map(([label, text = ""]) =>
    text.startsWith("!") ? `${label}!~"${text.slice(1)}"` : `${label}${/[|^]/.test(text) ? "=~" : "="}"${text}"`,
  );
  return parts.length === 0 ? "" : `{${parts.join(", ")}}`;
}
