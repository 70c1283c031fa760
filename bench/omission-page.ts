import { KNEE, STEP, type BreakpointRow, type OmissionRow } from "./omission.ts";

/** Lines of Markdown; none of a part that was not measured. */
export function omissionSection(rows: readonly OmissionRow[] | undefined): readonly string[] {
  if (rows === undefined) return [];
  const cells = rows.map(({ arrivals, trueSeconds, serviceSeconds, fromStartSeconds, verdict }) => {
    const off = (fromStartSeconds / trueSeconds - 1) * 100;
    return `| ${String(arrivals)} | ${serviceSeconds.toFixed(3)} s | ${String(trueSeconds)} s | ${fromStartSeconds.toFixed(3)} s | ${off.toFixed(2)} % | ${verdict} |`;
  });
  return [
    "## Coordinated omission",
    "A service that takes 500 ms, one request at a time, under 10 arrivals a second, with a user for each. Wanted: within 2 %, and a verdict.",
    [
      "| Arrivals | Mean service time at the service | True mean from the intended start | Measured | Off by | Verdict |",
      "| --- | --- | --- | --- | --- | --- |",
      ...cells,
    ].join("\n"),
  ];
}

export function breakpointSection(rows: readonly BreakpointRow[] | undefined): readonly string[] {
  if (rows === undefined) return [];
  const cells = rows.map(({ maxPassing, firstFailing }, index) => {
    const near = maxPassing !== undefined && Math.abs(maxPassing - KNEE) <= STEP ? "yes" : "no";
    return `| ${String(index + 1)} | ${String(maxPassing ?? "-")} | ${String(firstFailing ?? "-")} | ${near} |`;
  });
  return [
    "## Breaking point",
    `A provider that answers ten requests at a time: more than ${String(KNEE)} users miss the limit. Steps of ${String(STEP)} users.`,
    ["| Run | Most users that pass | Fewest that fail | Within one step |", "| --- | --- | --- | --- |", ...cells].join(
      "\n",
    ),
  ];
}
