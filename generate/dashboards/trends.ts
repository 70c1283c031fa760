/** Trends: the judged numbers run after run, and runs side by side. */
import { LAST_RUN, RUNS } from "../../src/exporter/catalogue/index.ts";
import { MEASUREMENTS, type MeasurementName } from "../../src/model/index.ts";
import type { Board, Row } from "./board.ts";
import { reportOf, runbook, STATUS_PAGE, UIDS, type PanelLink } from "./links.ts";
import { K6 } from "./outside.ts";
import { familyOf, SERIES, trend } from "./measured.ts";
import { lines, timeline, type PanelOf } from "./panel.ts";
import { ofRuns, RUN } from "./query.ts";
import { table, type Column } from "./table.ts";
import { choose, runVariables, type Variable } from "./variables.ts";
import { VERDICTS } from "./words.ts";

const EMPTY = "No judged run in the time shown.";

const RUNBOOKS: Readonly<Partial<Record<MeasurementName, readonly PanelLink[]>>> = {
  latency_p95: [runbook("ChatbenchLatencyP95ObjectiveMissed")],
  latency_p99: [runbook("ChatbenchLatencyP99ObjectiveMissed")],
  error_rate: [runbook("ChatbenchErrorRateObjectiveMissed")],
  concurrent_users: [runbook("ChatbenchConcurrentUsersObjectiveMissed")],
};

export function trends(): Board {
  return {
    uid: UIDS.trends,
    title: "Trends and comparison",
    description:
      "The numbers of the last judged run, run after run: each value holds until the next judged run. Below, runs side by side from what k6 sent of them.",
    variables: [...runVariables(), runs()],
    rows: [verdicts(), latency(), load(), ...special(), ...sideBySide()],
    from: "now-30d",
    refresh: "5m",
    runs: 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"',
    marks: false,
  };
}

function runs(): Variable {
  return choose({
    ...{ name: "run", label: "Runs to compare", several: true, newestFirst: true },
    description: "Runs in the time shown, the newest first; ids begin with the time.",
    query: `label_values(${K6.users}{chatbench_scenario=~"$scenario", target=~"$target", trigger=~"$trigger"}, testid)`,
  });
}

function verdicts(): Row {
  const told = (verdict: string): string => ofRuns(LAST_RUN.verdict, { where: { verdict } });
  const timelinePanel = timeline({
    title: "Verdict of the last judged run",
    description: "The worst of a scenario's targets at each time.",
    ...{
      unit: "none",
      empty: EMPTY,
      width: 12,
      words: VERDICTS,
      links: [STATUS_PAGE, runbook("ChatbenchObjectiveMissedRepeatedly")],
    },
    queries: [{ expr: `${told("warning")} + 2 * ${told("fail")}`, legend: SERIES }],
  });
  return { title: "All scenarios on one scale", panels: [timelinePanel, shares(), targetsMet()] };
}

function targetsMet(): PanelOf {
  const met = ofRuns(LAST_RUN.objectiveMet, { by: ["objective"] });
  return lines({
    title: "Targets met",
    description:
      "The part of a scenario's targets that its last judged run met: a warning is a target that was missed.",
    ...{ unit: "percentunit", empty: EMPTY, width: 24, height: 6, steps: true, many: true, max: 1 },
    links: [STATUS_PAGE, runbook("ChatbenchObjectiveMissed")],
    queries: [{ expr: `avg by (${RUN.join(", ")}) (${met})`, legend: SERIES }],
  });
}

/** Recorded by prometheus/rules/chatbench-recording.yml. */
export const SHARES = ["latency_p95", "latency_p99", "error_rate"] as const;

function shares(): PanelOf {
  const chosen = 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"';
  return lines({
    title: "How much of the limit is used",
    description:
      "Each measurement divided by its limit: 1 is the limit, whatever the scenario; so fifty scenarios fit on one scale.",
    ...{
      unit: "percentunit",
      empty: "No scenario with a limit has a judged run in the time shown, or the recording rules are not loaded.",
      width: 12,
      steps: true,
      many: true,
    },
    links: [runbook("ChatbenchObjectiveMissed")],
    queries: SHARES.map((name) => ({
      expr: `max by (scenario, target, trigger) (scenario_target_trigger:chatbench_last_run_${name}_per_objective:ratio{${chosen}})`,
      legend: `${MEASUREMENTS[name].title}: ${SERIES}`,
    })),
  });
}

function latency(): Row {
  return {
    title: "Latency and errors",
    panels: [...familyOf("latency").map((name) => trend(name, RUNBOOKS[name])), failedRequests(), failedInARow()],
  };
}

function failedRequests(): PanelOf {
  return lines({
    title: "Failed requests",
    description: "How many failed in the judged window of the last judged run, at most.",
    ...{
      unit: "short",
      empty: EMPTY,
      width: 8,
      steps: true,
      links: [STATUS_PAGE, runbook("ChatbenchErrorRateObjectiveMissed")],
    },
    queries: [{ expr: ofRuns(LAST_RUN.failedRequests), legend: SERIES }],
  });
}

function failedInARow(): PanelOf {
  return lines({
    title: "Failed runs in a row",
    description:
      "Judged runs in a row, ending with the last, that missed a target by more than 10 %. Two of the schedule page somebody.",
    ...{
      unit: "none",
      empty: EMPTY,
      width: 8,
      steps: true,
      decimals: 0,
      links: [STATUS_PAGE, runbook("ChatbenchObjectiveMissedRepeatedly")],
    },
    queries: [{ expr: ofRuns(RUNS.consecutiveFailed), legend: SERIES }],
  });
}

function load(): Row {
  return {
    title: "Load",
    panels: [...familyOf("load").map((name) => trend(name, RUNBOOKS[name])), length()],
  };
}

/** What only some scenarios measure. */
function special(): readonly Row[] {
  const families = { Streaming: "streaming", Capacity: "capacity" } as const;
  return Object.entries(families)
    .map(([title, family]) => ({ title, panels: familyOf(family).map((name) => trend(name)) }))
    .filter(({ panels }) => panels.length > 0);
}

function length(): PanelOf {
  return lines({
    title: "Length of runs",
    description: "From the begin of the last judged run to its verdict.",
    ...{ unit: "s", empty: EMPTY, width: 8, steps: true, links: [STATUS_PAGE] },
    queries: [{ expr: ofRuns(LAST_RUN.duration), legend: SERIES }],
  });
}

function sideBySide(): readonly Row[] {
  return [{ title: "Runs side by side", panels: [chosenRuns()] }];
}

function chosenRuns(): PanelOf {
  return table({
    title: "Chosen runs",
    description:
      "From what k6 sent of each run: latencies of good answers in the judged window within 9 %; requests with the warm-up. A click on a run opens its report with the exact figures.",
    ...{ unit: "short", empty: "Nothing of the chosen runs lies in the time shown.", width: 24, links: [STATUS_PAGE] },
    sortBy: ["Run"],
    columns: [
      { name: "Run", label: "testid", link: reportOf('${__data.fields["Run"]}') },
      { name: "Scenario", label: "chatbench_scenario" },
      ...quantileColumns(),
      ...countColumns(),
    ],
  });
}

const CHOSEN_RUNS = 'testid=~"$run", chatbench_scenario=~"$scenario", target=~"$target", trigger=~"$trigger"';
const BY_RUN = "by (testid, chatbench_scenario)";

function quantileColumns(): readonly Column[] {
  const good = `${K6.duration}{${CHOSEN_RUNS}, chatbench_phase="judged", expected_response="true"}`;
  const exchanged = `${K6.exchangeDuration}{${CHOSEN_RUNS}, chatbench_phase="judged"}`;
  const quantile = (at: number, series: string): string =>
    `histogram_quantile(${String(at)}, sum ${BY_RUN} (increase(${series}[$__range])))`;
  const quantiles = [
    ["P50", 0.5],
    ["P95", 0.95],
    ["P99", 0.99],
  ] as const;
  return quantiles.map(([name, at]) => ({
    name: `${name} (estimate)`,
    query: { expr: `${quantile(at, exchanged)} or ${quantile(at, good)}` },
    unit: "s",
  }));
}

function countColumns(): readonly Column[] {
  const came = (metric: string, where = ""): string =>
    `sum ${BY_RUN} (max_over_time(${metric}{${CHOSEN_RUNS}${where}}[$__range]))`;
  const all = came(K6.requests);
  const failed = `(${came(K6.requests, ', expected_response="false"')} or 0 * ${all}) / ${all}`;
  const users = `max ${BY_RUN} (max_over_time(${K6.users}{${CHOSEN_RUNS}}[$__range]))`;
  return [
    { name: "Requests", query: { expr: all }, unit: "short" },
    { name: "Failed", query: { expr: failed }, unit: "percentunit", decimals: 2 },
    { name: "Most users", query: { expr: users }, unit: "short" },
  ];
}
