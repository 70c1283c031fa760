/** Uptime and error budget: what blackbox_exporter saw of each target. */
import { TARGETS } from "../../src/exporter/catalogue/index.ts";
import type { Board, Row } from "./board.ts";
import { runbook, STATUS_PAGE, UIDS } from "./links.ts";
import { PROBE } from "./outside.ts";
import { lines, stat, timeline, type PanelOf } from "./panel.ts";
import { BUDGET_LEFT, burn, PERIOD_DAYS, WINDOWS, type Window } from "../rules/uptime-names.ts";
import { table } from "./table.ts";
import { choose, type Variable } from "./variables.ts";
import { UP_DOWN } from "./words.ts";

/** The probes of the chosen targets. */
const CHOSEN = `job="chatbench-probe", target=~"$target"`;
const EMPTY = "No target is probed: blackbox_exporter, or the job chatbench-probe of Prometheus, is missing.";
const TARGET = "{{target}}";
export function uptime(): Board {
  return {
    uid: UIDS.uptime,
    title: "Uptime and error budget",
    description:
      "Is each target up, how long was it down, and how much of what its objective allows is left? Asked every 15 seconds from outside, whether or not a benchmark runs.",
    variables: variables(),
    rows: [now(), budget(), answers()],
    from: "now-30d",
    refresh: "1m",
    runs: 'target=~"$target"',
    marks: false,
  };
}

function variables(): readonly Variable[] {
  return [
    choose({
      ...{ name: "target", label: "Target", several: true },
      description: "Targets that are probed.",
      query: `label_values(${PROBE.success}{job="chatbench-probe"}, target)`,
    }),
  ];
}

const success = `min by (target) (${PROBE.success}{${CHOSEN}})`;
const ofTargets = (metric: string): string => `max by (target) (${metric}{target=~"$target"})`;

function now(): Row {
  return {
    title: "Now",
    panels: [
      stat({
        title: "Up now",
        description: "Whether the last probe of each target got a good answer.",
        ...{
          unit: "none",
          empty: EMPTY,
          width: 8,
          height: 6,
          words: UP_DOWN,
          links: [STATUS_PAGE, runbook("ChatbenchProbeAbsent")],
        },
        queries: [{ expr: success, legend: TARGET, as: "instant" }],
      }),
      summary(),
      timeline({
        title: "Up and down",
        description: "Each probe; a gap means that nobody asked, which is not the same as up.",
        ...{
          unit: "none",
          empty: EMPTY,
          width: 24,
          height: 7,
          words: UP_DOWN,
          links: [STATUS_PAGE, runbook("ChatbenchProbeAbsent")],
        },
        // However short an outage was, it is seen, however long the time shown.
        queries: [
          { expr: `min by (target) (min_over_time(${PROBE.success}{${CHOSEN}}[$__rate_interval]))`, legend: TARGET },
        ],
      }),
    ],
  };
}

function summary(): PanelOf {
  return table({
    title: "Uptime against its objective",
    description:
      "As Chatbench judges it: the part of the probes that were answered over the window of the objective, and how much of the window was probed at all. The error budget is always that of 30 days: the failures that the objective allows in them, of which those of the last 30 days are spent.",
    ...{
      unit: "percentunit",
      empty: "No target has an uptime objective, or nothing was probed yet.",
      width: 16,
      height: 6,
      links: [STATUS_PAGE],
    },
    sortBy: ["Target"],
    columns: [
      { name: "Target", label: "target" },
      { name: "Objective", query: { expr: ofTargets(TARGETS.objective.name) }, decimals: 3 },
      { name: "Uptime", query: { expr: ofTargets(TARGETS.uptime.name) }, decimals: 3 },
      { name: "Window probed", query: { expr: ofTargets(TARGETS.coverage.name) }, decimals: 1 },
      {
        name: `Error budget left of ${String(PERIOD_DAYS)} days`,
        query: { expr: ofTargets(BUDGET_LEFT) },
        decimals: 1,
      },
    ],
  });
}

function budget(): Row {
  const rates = (Object.keys(WINDOWS) as Window[]).map((window) => ({
    expr: ofTargets(burn(window)),
    legend: `${TARGET} over ${window}`,
  }));
  const day = `avg by (target) (avg_over_time(${PROBE.success}{${CHOSEN}}[1d]))`;
  return {
    title: "Error budget",
    panels: [
      lines({
        title: "Uptime of the day before",
        description:
          "The part of the probes of the last 24 hours that were answered, at each time; dashed: the objective.",
        ...{ unit: "percentunit", empty: EMPTY, width: 12, near: true, decimals: 2, links: [STATUS_PAGE] },
        queries: [
          { expr: day, legend: TARGET },
          { expr: ofTargets(TARGETS.objective.name), legend: "Limit: {{target}}" },
        ],
      }),
      lines({
        title: "Burn rate",
        description:
          "How fast the error budget goes: at 1 that of 30 days lasts exactly 30 days, at 14.4 it is gone in two.",
        ...{ unit: "none", empty: "No target has an uptime objective.", width: 12, links: [STATUS_PAGE] },
        queries: rates,
      }),
    ],
  };
}

function answers(): Row {
  const phases = `avg by (phase) (${PROBE.phases}{${CHOSEN}})`;
  return {
    title: "Answers to probes",
    panels: [
      lines({
        title: "Time of a probe",
        description: "From asking to answered, without any load of ours.",
        ...{ unit: "s", empty: EMPTY, width: 8, links: [runbook("ChatbenchLatencyP95ObjectiveMissed")] },
        queries: [{ expr: `avg by (target) (${PROBE.duration}{${CHOSEN}})`, legend: TARGET }],
      }),
      lines({
        title: "Parts of a probe",
        description:
          "Means over the chosen targets, one on the other: name look-up, connecting, TLS, waiting, transfer.",
        ...{ unit: "s", empty: EMPTY, width: 8, stacked: true, links: [STATUS_PAGE] },
        queries: [{ expr: phases, legend: "{{phase}}" }],
      }),
      lines({
        title: "Status of the answers",
        description: "The HTTP status of the last probe; 0: no answer at all.",
        ...{ unit: "none", empty: EMPTY, width: 8, steps: true, decimals: 0, links: [STATUS_PAGE] },
        queries: [{ expr: `max by (target) (${PROBE.status}{${CHOSEN}})`, legend: TARGET }],
      }),
    ],
  };
}
