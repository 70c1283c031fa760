/** Cost and cache: what the runs say of caches and money. A measurement of either has its panel here by itself. */
import { RUNS } from "../../src/exporter/catalogue/index.ts";
import type { Board, Row } from "./board.ts";
import { STATUS_PAGE, UIDS } from "./links.ts";
import { familyOf, trend } from "./measured.ts";
import { lines, type PanelOf } from "./panel.ts";
import { runVariables } from "./variables.ts";

const CHOSEN = 'job=~"$job", scenario=~"$scenario", target=~"$target"';
const EMPTY = "No cache of a target is watched (`redis` of a target names one), or no run that watched one has ended.";
const SERIES = "{{scenario}} · {{target}} · {{layer}}";

export function cost(): Board {
  return {
    uid: UIDS.cost,
    title: "Cost and cache",
    description:
      "How much of the traffic the caches answered, and what the rest cost. Whatever of money is measured has its panel here; what is not measured is not shown as nothing.",
    variables: runVariables(),
    rows: [lookups(), measured()],
    from: "now-30d",
    refresh: "5m",
    runs: 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"',
    marks: false,
  };
}

const counted = (name: string): string =>
  `sum by (scenario, target, layer) (increase(${name}{${CHOSEN}}[$__rate_interval]))`;

function lookups(): Row {
  return { title: "Lookups of the runs", panels: [hitShare(), lookupsPanel()] };
}

function hitShare(): PanelOf {
  const all = counted(RUNS.cacheRequests.name);
  return lines({
    title: "Lookups that found something",
    description:
      "Part of the lookups in a cache of the target during runs that found what they looked for; layer redis: all keys looked up in its Redis, by anybody.",
    ...{ unit: "percentunit", empty: EMPTY, width: 12, min: 0, max: 1, many: true, alone: true, links: [STATUS_PAGE] },
    queries: [{ expr: `${counted(RUNS.cacheHits.name)} / (${all} > 0)`, legend: SERIES }],
  });
}

function lookupsPanel(): PanelOf {
  return lines({
    title: "Lookups in caches",
    description:
      "How many lookups there were in the judged windows of the runs that ended: a share of few says little.",
    ...{ unit: "short", empty: EMPTY, width: 12, many: true, links: [STATUS_PAGE] },
    queries: [
      { expr: counted(RUNS.cacheRequests.name), legend: `${SERIES}: lookups` },
      { expr: counted(RUNS.cacheHits.name), legend: `${SERIES}: found` },
    ],
  });
}

function measured(): Row {
  return { title: "Run after run", panels: familyOf("cost").map((name) => trend(name)) };
}
