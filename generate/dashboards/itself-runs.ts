/** Chatbench itself: its schedule and its runs. */
import { DAEMON, LAST_RUN, NEWEST_RUN, RUNS, SCHEDULE } from "../../src/exporter/catalogue/index.ts";
import type { Row } from "./board.ts";
import { reportOf, runbook, STATUS_PAGE } from "./links.ts";
import { lines, type PanelOf } from "./panel.ts";
import { ofEachDaemon, ofNewestDaemon, ofRuns, ofScenarios, onDaemon } from "./query.ts";
import { table } from "./table.ts";
import { YES_NO } from "./words.ts";

const EMPTY = "Chatbench is not scraped: see its runbook.";
const DAEMONS = 'job=~"$job"';

const identity = ofScenarios(SCHEDULE.info, { by: ["schedule", "timezone"] });

/** Of the schedule's own runs: one made by hand is no slot that was kept. */
const LAST_BEGAN = `max by (scenario, target) (${LAST_RUN.started.name}{job=~"$job", scenario=~"$scenario", target=~"$target", trigger="cron"})`;

export function schedule(): Row {
  return {
    title: "Schedule",
    panels: [schedulesPanel(), slotsThatDidNotRunPanel()],
  };
}

function schedulesPanel(): PanelOf {
  return table({
    title: "Schedules",
    description: "When each scenario runs, and until when it must have been judged.",
    ...{
      unit: "none",
      empty: "Nothing is scheduled (`schedule:` of a scenario says when it runs), or Chatbench is not scraped.",
      width: 16,
      links: [STATUS_PAGE, runbook("ChatbenchRunOverdue")],
    },
    sortBy: ["Next"],
    columns: [
      { name: "Scenario", label: "scenario" },
      { name: "Target", label: "target" },
      { name: "Cron", label: "schedule" },
      { name: "Zone", label: "timezone" },
      { name: "Configured", query: { expr: identity }, hidden: true },
      {
        name: "Paused",
        query: { expr: ofScenarios(SCHEDULE.paused) },
        words: { 0: { text: "No", color: "text" }, 1: { text: "⚠️ Yes", color: "yellow" } },
        width: 90,
      },
      { name: "Next", query: { expr: `1000 * ${ofScenarios(SCHEDULE.next)}` }, unit: "dateTimeAsIso" },
      {
        name: "Must be judged by",
        query: { expr: `1000 * ${ofScenarios(SCHEDULE.deadline)}` },
        unit: "dateTimeAsIso",
      },
      { name: "Last judged began", query: { expr: `1000 * ${LAST_BEGAN}` }, unit: "dateTimeFromNow" },
      { name: "Longest gap", query: { expr: ofScenarios(SCHEDULE.interval) }, unit: "s" },
    ],
  });
}

function slotsThatDidNotRunPanel(): PanelOf {
  return lines({
    title: "Slots that did not run",
    description: "By why: missed (Chatbench was not there), overlap, blackout, paused, queue_full.",
    ...{
      unit: "none",
      empty: "No slot was left out in the time shown.",
      width: 8,
      decimals: 0,
      links: [runbook("ChatbenchRunOverdue")],
    },
    queries: [
      {
        expr: `sum by (scenario, reason) (increase(${SCHEDULE.skipped.name}{job=~"$job", scenario=~"$scenario", target=~"$target"}[1h])) > 0`,
        legend: "{{scenario}}: {{reason}}",
      },
    ],
  });
}

export function runs(): Row {
  const counted = (name: string, by: string): string =>
    `sum by (${by}) (increase(${name}{job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"}[1h]))`;
  const wait = DAEMON.queueWait.name;
  return {
    title: "Runs",
    panels: [
      lines({
        title: "Runs in an hour",
        description: "Runs that ended, those that missed a target, and those without a verdict, by why.",
        ...{ unit: "none", empty: EMPTY, width: 8, decimals: 0, links: [STATUS_PAGE, runbook("ChatbenchRunBroken")] },
        queries: [
          { expr: counted(RUNS.ended.name, "job"), legend: "Ended" },
          { expr: counted(RUNS.missedObjective.name, "job"), legend: "Missed a target" },
          { expr: counted(RUNS.unjudged.name, "reason"), legend: "Without verdict: {{reason}}" },
        ],
      }),
      lines({
        title: "Waiting in the queue",
        description: "How long runs waited before they began: one target runs one at a time.",
        ...{ unit: "s", empty: "No run began in the hour before.", width: 8, links: [STATUS_PAGE] },
        queries: ([0.5, 0.95] as const).map((at) => ({
          expr: `histogram_quantile(${String(at)}, sum by (le) (increase(${wait}_bucket{${DAEMONS}}[1h]))) and on () (sum(increase(${wait}_count{${DAEMONS}}[1h])) > 0)`,
          legend: `P${String(at * 100)} of an hour`,
        })),
      }),
      unjudged(),
    ],
  };
}

function unjudged(): PanelOf {
  const reason = ofEachDaemon(NEWEST_RUN.reason, { by: ["reason"] });
  const identity = ofEachDaemon(NEWEST_RUN.info, { by: ["run_id"] });
  const told = `${reason} * ${onDaemon} group_left (run_id) ${identity}`;
  const telemetry = ofRuns(NEWEST_RUN.telemetry, { where: { telemetry: "incomplete" } });
  return table({
    title: "Newest runs with something to say",
    description:
      "Why the newest run of a scenario was not judged or ended as it did, and whether Prometheus holds all that k6 sent.",
    ...{
      unit: "none",
      empty: "The newest run of each scenario ended well.",
      width: 8,
      links: [runbook("ChatbenchRunInvalid"), runbook("ChatbenchResultsNotIngested")],
    },
    sortBy: ["Scenario"],
    columns: [
      { name: "Scenario", label: "scenario" },
      { name: "Trigger", label: "trigger" },
      { name: "Reason", label: "reason" },
      { name: "Run", label: "run_id", link: reportOf('${__data.fields["Run"]}') },
      { name: "Value", query: { expr: ofNewestDaemon(told, NEWEST_RUN.started, ["reason", "run_id"]) }, hidden: true },
      { name: "All in Prometheus", query: { expr: `1 - (${telemetry} > 0)` }, words: YES_NO },
    ],
  });
}
