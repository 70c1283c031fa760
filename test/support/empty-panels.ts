/** What dashboards may have no answer to in the world of test/e2e/dashboards.test.ts, and why. */
import { familyOf, type Family } from "../../generate/dashboards/measured.ts";
import { panelsOf } from "../../generate/dashboards/read.ts";
import { MEASUREMENTS } from "../../src/model/index.ts";
import { dashboards } from "./grafana.ts";

const HARDLY_PROBED = "less than a quarter of the window was probed, which is not enough to page anybody";
const NOT_MEASURED = "these runs neither stream nor know of a cache or a capacity, and nobody sets a target for it";
const NO_CONTAINERS = "cAdvisor is nowhere but in the compose file: it has no package";

/** Every query of panels, by the titles of the panels. */
function named(uid: string, titles: readonly string[], why: string): Readonly<Record<string, string>> {
  const panels = dashboards().flatMap((one) => (one.uid === uid ? panelsOf(one) : []));
  const found = panels.filter(({ title }) => titles.includes(title));
  return Object.fromEntries(
    found.flatMap(({ title, targets = [] }) => targets.map(({ refId }) => [`${uid} / ${title} / ${refId}`, why])),
  );
}

const titlesOf = (...families: readonly Family[]): readonly string[] =>
  families.flatMap(familyOf).map((name) => MEASUREMENTS[name].title);
const containerPanels = dashboards()
  .flatMap(panelsOf)
  .filter(({ targets = [] }) => targets.every(({ expr }) => expr.includes("container_")))
  .map(({ title }) => title);

/** By dashboard, panel and letter. */
export const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
  ...named("chatbench-trends", titlesOf("streaming", "capacity"), NOT_MEASURED),
  ...named("chatbench-cost", [...titlesOf("cost"), "Lookups that found something", "Lookups in caches"], NOT_MEASURED),
  ...named("chatbench-resources", ["Network received", "Network sent"], "a process has no network of its own"),
  ...named("chatbench-resources", containerPanels, NO_CONTAINERS),
  ...Object.fromEntries(
    ["Time to first token", "Time per output token"].flatMap((title) =>
      ["D", "E", "F"].map((letter) => [`chatbench-run / ${title} / ${letter}`, NOT_MEASURED]),
    ),
  ),
  "chatbench-itself / Slots that did not run / A": "no slot came in this time",
  "chatbench-itself / Newest runs with something to say / B": "Prometheus holds all of these runs",
  ...Object.fromEntries(
    ["B", "C", "D", "E", "F", "G"].map((letter) => [`chatbench-uptime / Burn rate / ${letter}`, HARDLY_PROBED]),
  ),
};

/** Recorded series that this world has no values of, and why. */
export const MAY_RECORD_NOTHING: Readonly<Record<string, string>> = {
  "job:chatbench_http_requests_failed_per_requests:ratio_rate5m": "the daemon answered nothing with 500",
  ...Object.fromEntries(
    ["2h", "6h", "1d", "3d"].map((window) => [`target:uptime_budget_burn:ratio_rate${window}`, HARDLY_PROBED]),
  ),
};
